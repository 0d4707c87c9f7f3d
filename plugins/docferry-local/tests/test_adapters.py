import pickle

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

pytest.importorskip("langchain_core")
pytest.importorskip("llama_index.core")

from docferry_local import LocalLoader, LocalReader

PASSWORD = "open sesame"


@pytest.fixture
def encrypted_path(make_pdf, lines, tmp_path):
    path = tmp_path / "report.pdf"
    encryption = StandardEncryption(PASSWORD, "owner", strength=128)
    path.write_bytes(make_pdf(lines("secret words on one page"), encrypt=encryption))
    return path


def test_the_loader_takes_the_options_of_the_provider(encrypted_path):
    (document,) = LocalLoader(encrypted_path, password=PASSWORD, batch_pages=2).load()
    assert document.page_content == "secret words on one page"
    assert (document.metadata["provider"], document.metadata["page"]) == ("local", 1)


def test_the_reader_takes_the_options_of_the_provider(encrypted_path):
    (document,) = LocalReader(password=PASSWORD).load_data(encrypted_path)
    assert document.text == "secret words on one page"
    assert document.metadata["provider"] == "local"


def test_the_password_shows_nowhere_and_travels_with_pickles(encrypted_path):
    reader = LocalReader(password=PASSWORD)
    assert "sesame" not in f"{reader!r} {reader} {reader.to_dict()} {reader.to_json()}"
    (document,) = pickle.loads(pickle.dumps(reader)).load_data(encrypted_path)
    assert document.text == "secret words on one page"
