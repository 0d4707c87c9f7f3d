from urllib.parse import parse_qsl, urlsplit

from docferry.emulation import AddressSigner, SignatureState

PATH = "/assets/1/a b 年.png"


def query_of(address):
    return dict(parse_qsl(urlsplit(address).query))


def test_a_signed_address_is_valid_until_its_time(clock):
    signer = AddressSigner(secret=b"x", clock=clock)
    query = query_of(signer.sign(PATH, valid_seconds=10))
    clock.advance(10)
    assert signer.check(PATH, method="GET", query=query) is SignatureState.VALID
    clock.advance(0.1)
    assert signer.check(PATH, method="GET", query=query) is SignatureState.EXPIRED


def test_another_path_method_time_or_secret_is_invalid(clock):
    signer = AddressSigner(secret=b"x", clock=clock)
    query = query_of(signer.sign(PATH, valid_seconds=10))
    later = query | {"expires": str(float(query["expires"]) + 1000)}
    other = AddressSigner(secret=b"y", clock=clock)
    assert signer.check("/assets/2/x", method="GET", query=query) is SignatureState.INVALID
    assert signer.check(PATH, method="PUT", query=query) is SignatureState.INVALID
    assert signer.check(PATH, method="GET", query=later) is SignatureState.INVALID
    assert signer.check(PATH, method="GET", query={}) is SignatureState.INVALID
    assert signer.check(PATH, method="GET", query={"signature": "ü"}) is SignatureState.INVALID
    assert other.check(PATH, method="GET", query=query) is SignatureState.INVALID


def test_an_address_is_safe_to_print(clock):
    address = AddressSigner(secret=b"x", clock=clock).sign(PATH, valid_seconds=1)
    assert address.isascii()
    assert " " not in address
