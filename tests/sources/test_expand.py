import glob
import gzip
import inspect
import io
import itertools
import os
import sys
import tempfile
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docferry.errors import EmptySourceError, SourceError, SourceNotFoundError
from docferry.sources import FileSystemPath, Source, Url, expand_sources

SUFFIXES = frozenset({".pdf", ".txt"})


def expand(inputs, suffixes=SUFFIXES):
    return list(expand_sources(inputs, suffixes=suffixes))


def names(inputs, suffixes=SUFFIXES):
    return [item.name if isinstance(item, Source) else item for item in expand(inputs, suffixes)]


def only_error(inputs, kind):
    (error,) = expand(inputs)
    assert type(error) is kind
    return error


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A working folder with documents, hidden files, and files of other kinds."""
    for name in (
        "docs/b.pdf", "docs/a.txt", "docs/c/z.pdf", "docs/c/é.PDF", "docs/c.pdf", "docs/picture.png",
        "docs/.hidden.pdf", "docs/.git/x.pdf", "docs/~$b.pdf", "docs/d/deep/er/e.pdf", "other/x.pdf",
        "report [1].pdf",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


IN_DOCS = ["docs/a.txt", "docs/b.pdf", "docs/c/z.pdf", "docs/c/é.PDF", "docs/c.pdf", "docs/d/deep/er/e.pdf"]


def test_a_file_keeps_the_string_the_caller_gave(tree):
    absolute = str(tree / "docs" / "b.pdf")
    (relative,) = expand("docs//b.pdf")
    assert relative == Source(name="docs//b.pdf", origin=Path("docs/b.pdf"))
    assert names([absolute, Path("docs/b.pdf"), "./docs/b.pdf"]) == [absolute, "docs/b.pdf", "./docs/b.pdf"]


@pytest.mark.usefixtures("tree")
def test_a_named_file_is_never_filtered_by_suffix():
    assert names("docs/picture.png") == ["docs/picture.png"]
    assert names("docs/.hidden.pdf") == ["docs/.hidden.pdf"]


@pytest.mark.usefixtures("tree")
def test_a_folder_gives_its_documents_in_order_of_their_paths_without_hidden_ones():
    assert names("docs") == IN_DOCS


def test_the_folder_is_named_as_given(tree):
    assert names("docs/") == names(Path("docs/")) == names("docs")
    assert names("./docs") == [f"./{name}" for name in IN_DOCS]
    assert names(str(tree / "docs")) == [f"{tree}/{name}" for name in IN_DOCS]
    assert names(".")[0] == "./docs/a.txt"


@pytest.mark.usefixtures("tree")
def test_only_suffixes_the_provider_reads_count_in_a_folder():
    assert names("docs", frozenset({".txt"})) == ["docs/a.txt"]


def test_a_folder_without_documents_says_what_is_there(tree):
    (error,) = expand("docs/d/deep", frozenset({".docx"}))
    assert isinstance(error, EmptySourceError)
    assert error.source == "docs/d/deep"
    assert ".pdf" in error.message
    assert ".docx" in error.next_step
    (tree / "nothing").mkdir()
    only_error("nothing", EmptySourceError)


def test_links_in_circles_end_and_every_folder_is_entered_once(tree):
    (tree / "docs" / "c" / "up").symlink_to(tree / "docs")
    (tree / "docs" / "self").symlink_to(tree / "docs" / "self")
    (tree / "docs" / "outside").symlink_to(tree / "other")
    (tree / "docs" / "outside-again").symlink_to(tree / "other")
    assert names("docs") == [*IN_DOCS, "docs/outside/x.pdf"]
    assert names("docs/**/x.pdf") == ["docs/outside/x.pdf"]


def test_links_that_cross_everywhere_cost_no_more_than_their_folders(tmp_path):
    folders = [tmp_path / f"f{number}" for number in range(12)]
    for folder in folders:
        folder.mkdir()
        (folder / "a.pdf").write_bytes(b"x")
    for folder, other in itertools.permutations(folders, 2):
        (folder / f"to-{other.name}").symlink_to(other)
    assert len(names(tmp_path)) == len(folders)


def test_a_broken_link_in_a_folder_is_not_dropped_silently(tree):
    (tree / "other" / "gone.pdf").symlink_to(tree / "nowhere.pdf")
    assert names("other") == ["other/gone.pdf", "other/x.pdf"]


def test_folders_may_be_deeper_than_the_recursion_limit(tmp_path, monkeypatch):
    depth = 300
    path = tmp_path.joinpath(*["d"] * depth, "a.pdf")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        found = names(".")
    finally:
        sys.setrecursionlimit(limit)
    assert found == ["./" + "d/" * depth + "a.pdf"]


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("docs/*.pdf", ["docs/b.pdf", "docs/c.pdf"]),
        ("./docs/?.pdf", ["./docs/b.pdf", "./docs/c.pdf"]),
        ("docs/[!b].*", ["docs/a.txt", "docs/c.pdf"]),
        ("docs/*", ["docs/a.txt", "docs/b.pdf", "docs/c.pdf", "docs/picture.png"]),
        ("docs/.*", ["docs/.hidden.pdf"]),
        ("docs/.*/*", ["docs/.git/x.pdf"]),
        ("docs/~*", ["docs/~$b.pdf"]),
        ("docs/*/*.pdf", ["docs/c/z.pdf"]),
        (
            "docs/**/*.pdf",
            ["docs/b.pdf", "docs/c/z.pdf", "docs/c.pdf", "docs/d/deep/er/e.pdf"],
        ),
        ("**/[xe].pdf", ["docs/d/deep/er/e.pdf", "other/x.pdf"]),
        ("docs/**/er/*", ["docs/d/deep/er/e.pdf"]),
        ("docs/d/**", ["docs/d/deep/er/e.pdf"]),
        ("docs/*/**", ["docs/c/z.pdf", "docs/c/é.PDF", "docs/d/deep/er/e.pdf"]),
        ("*/x.pdf", ["other/x.pdf"]),
        ("report ?1].pdf", ["report [1].pdf"]),
        ("report [[]1].pdf", ["report [1].pdf"]),
    ],
)
def test_a_pattern_gives_the_files_that_match_in_order(pattern, found):
    assert names(pattern) == found


def test_a_pattern_may_be_absolute(tree):
    assert names(f"{tree}/other/*.pdf") == [f"{tree}/other/x.pdf"]


@pytest.mark.usefixtures("tree")
def test_the_name_of_a_file_is_no_pattern_whatever_it_looks_like():
    assert names("report [1].pdf") == ["report [1].pdf"]


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("pattern", ["docs/*.docx", "nowhere/*.pdf", "report [2].pdf", "*/nowhere/*.pdf"])
def test_a_pattern_without_a_match_is_an_error_in_its_place(pattern):
    error = only_error(pattern, SourceNotFoundError)
    assert error.source == pattern
    assert error.next_step


@given(
    st.sets(
        st.lists(st.sampled_from(["a", "b", ".h", "ab"]), min_size=1, max_size=3).map("/".join), max_size=6
    ),
    st.lists(st.sampled_from(["a", "*", "**", "?", "[ab]", "*b"]), min_size=1, max_size=4),
)
def test_patterns_match_as_the_standard_library_says(paths, parts):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path in paths:
            target = root / path
            if not any(parent.is_file() for parent in target.parents):
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.is_dir():
                    target.write_bytes(b"x")
        pattern = "/".join(parts)
        # "a/**" gives "a/" even where a is a file.
        found_by_glob = glob.glob(f"{root}/{pattern}", recursive=True)  # noqa: PTH207 - the yardstick
        expected = {path for path in found_by_glob if Path(path).is_file() and not path.endswith("/")}
        found = [item for item in names(f"{root}/{pattern}") if isinstance(item, str)]
        if (root / pattern).exists():
            return
        assert set(found) == expected
        assert found == sorted(found, key=lambda name: name.split("/"))
        assert len(found) == len(set(found))


def test_a_missing_file_is_an_error_that_suggests_similar_names(tree):
    error = only_error("docs/c.PFD", SourceNotFoundError)
    assert error.source == "docs/c.PFD"
    assert "docs/c.pdf" in error.next_step
    assert str(tree) in only_error("unheard-of.pdf", SourceNotFoundError).next_step
    assert "nowhere" in only_error("nowhere/a.pdf", SourceNotFoundError).message


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("given_input", "advice"),
    [
        ("", "give a path"),
        ("  ", "give a path"),
        (Path("https://example.org/a.pdf"), "as a string"),
        ("~/a.pdf", "home folder"),
        ("s3://bucket/a.pdf", 'fsspec.filesystem("s3")'),
        ("docs/a.txt/b.pdf", "check the path"),
        ("a\0b", "check the path"),
        ("a\ud800b", "check the path"),
    ],
)
def test_what_cannot_be_found_comes_with_advice(given_input, advice):
    (error,) = expand(given_input)
    assert isinstance(error, SourceError)
    assert advice in error.next_step


@pytest.mark.parametrize("text", ["# A document\n\nhanded in as it is", "word " * 1000, "words * " * 40])
def test_a_text_handed_in_instead_of_a_path_is_an_error_that_does_not_repeat_it(text):
    error = only_error(text, SourceNotFoundError)
    assert f"{len(text):,} characters" in error.message
    assert text[:10] not in str(error)


def test_a_url_is_not_looked_at(tree):
    (source,) = expand("https://user:pw@example.org/a.pdf?sig=1")
    assert source == Source(
        name="https://example.org/a.pdf", origin=Url("https://user:pw@example.org/a.pdf?sig=1")
    )
    assert names("HTTP://example.org/*.pdf") == ["HTTP://example.org/*.pdf"]
    assert tree


def test_bytes_are_content():
    for data in (b"abc", bytearray(b"abc"), memoryview(b"abc")):
        (source,) = expand(data)
        assert source.origin == b"abc"
        assert source.name == Source.from_bytes(b"abc").name


def test_a_source_passes_as_it_is():
    source = Source.from_file_system(fsspec.filesystem("memory"), "/a.pdf")
    assert source.name == "/a.pdf"
    assert isinstance(source.origin, FileSystemPath)
    assert expand([source])[0] is source


def test_an_open_file_stands_for_its_path(tree):
    with (tree / "docs" / "b.pdf").open("rb") as stream:
        stream.read()
        (source,) = expand(stream)
    assert source == Source(name=str(tree / "docs" / "b.pdf"), origin=tree / "docs" / "b.pdf")


def test_a_file_object_is_read_from_its_start_and_left_where_it_was():
    stream = io.BytesIO(b"all of it")
    stream.seek(4)
    (source,) = expand(stream)
    assert source == Source.from_bytes(b"all of it")
    assert stream.tell() == 4


def test_a_file_object_is_named_by_its_name():
    stream = io.BytesIO(b"x")
    stream.name = "report.pdf"
    assert names(stream) == ["report.pdf"]
    stream.name = 7
    assert names(stream) == [Source.from_bytes(b"x").name]


def test_what_a_file_object_unpacks_is_read_not_the_packed_file(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"unpacked"))
    with gzip.open(path, "rb") as stream:
        (source,) = expand(stream)
    assert source.origin == b"unpacked"


def test_a_file_object_that_cannot_seek_is_read_to_its_end():
    reader, writer = os.pipe()
    os.write(writer, b"through a pipe")
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        (source,) = expand(stream)
    assert source == Source.from_bytes(b"through a pipe")


class AsyncUpload:
    name = "upload.pdf"

    async def read(self):
        """Not what a file object does."""


def test_file_objects_that_give_no_bytes_are_errors_in_their_place(tmp_path):
    closed = io.BytesIO(b"x")
    closed.close()
    with (tmp_path / "a").open("wb") as write_only:
        errors = expand([closed, io.StringIO("text"), AsyncUpload(), write_only])
    assert [type(error) for error in errors] == [SourceError] * 4
    assert "binary mode" in errors[1].next_step
    assert "open for reading" in errors[3].next_step


def test_what_is_no_source_is_an_error_in_its_place():
    assert "int" in only_error([7], SourceError).message
    assert "NoneType" in only_error(None, SourceError).message
    assert "list" in only_error([["a.pdf"]], SourceError).message


@pytest.mark.usefixtures("tree")
def test_order_and_duplicates_of_the_inputs_stay():
    given_inputs = ["other", b"x", "docs/b.pdf", "gone.pdf", "other", "docs/b.pdf"]
    found = names(given_inputs)
    assert isinstance(found.pop(3), SourceNotFoundError)
    assert found == ["other/x.pdf", Source.from_bytes(b"x").name, "docs/b.pdf", "other/x.pdf", "docs/b.pdf"]


@pytest.mark.usefixtures("tree")
def test_inputs_are_taken_one_by_one():
    taken = []

    def endless():
        for number in itertools.count():
            taken.append(number)
            yield "docs/b.pdf"

    found = expand_sources(endless(), suffixes=SUFFIXES)
    assert taken == []
    assert [next(found).name for _ in range(3)] == ["docs/b.pdf"] * 3
    assert taken == [0, 1, 2]


def test_no_input_gives_no_source():
    assert expand([]) == []


@pytest.fixture
def other_user():
    """Runs the test as a user who may not do everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.fixture
def locked():
    """A folder anyone may list, with a folder in it that nobody may."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").mkdir()
        (folder / "a.pdf").write_bytes(b"x")
        (folder / "closed").chmod(0)
        yield folder
        (folder / "closed").chmod(0o700)


@pytest.mark.usefixtures("other_user")
def test_a_folder_that_may_not_be_listed_is_an_error_in_its_place(locked):
    found, error = expand(locked)
    assert found.name == f"{locked}/a.pdf"
    assert type(error) is SourceError
    assert error.source == f"{locked}/closed"
    assert "permission" in error.next_step
    (inside,) = expand(locked / "closed" / "b.pdf")
    assert type(inside) is SourceError


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_name_that_is_no_utf8_can_be_stored(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.pdf"
    with open(path, "wb") as stream:  # noqa: PTH123 - Path has no bytes
        stream.write(b"x")
    (source,) = expand(tmp_path)
    assert source.name == f"{tmp_path}/caf\\udce9.pdf"
    assert source.origin.read_bytes() == b"x"


def test_an_error_in_the_place_of_a_source_passes_as_it_is():
    source, error = Source.from_bytes(b"x", name="a.txt"), SourceError("is gone", source="b.txt")
    assert list(expand_sources([source, error], suffixes=frozenset())) == [source, error]
