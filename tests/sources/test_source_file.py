"""What is known of a file."""

from docferry.sources import SourceFile


def test_an_unseen_file_holds_nothing_and_is_of_no_known_kind():
    file = SourceFile.unseen(name="https://h/a.PDF", file_name="a.PDF", fingerprint="url:1", part="2-3")

    assert (file.name, file.file_name, file.suffix) == ("https://h/a.PDF", "a.PDF", ".pdf")
    assert (file.fingerprint, file.part) == ("url:1", "2-3")
    assert (file.media_type, file.size_bytes, file.read_bytes()) == ("application/octet-stream", 0, b"")


def test_an_unseen_file_without_a_name_is_a_document():
    assert SourceFile.unseen(name="https://h/", file_name="", fingerprint="url:1").file_name == "document"


def test_the_address_of_an_unseen_file_is_at_hand_and_never_shown():
    address = "https://h/a.pdf?sig=1"
    file = SourceFile.unseen(name="https://h/a.pdf", file_name="a.pdf", fingerprint="url:1", address=address)

    assert file.address == address
    assert "sig=1" not in repr(file)
