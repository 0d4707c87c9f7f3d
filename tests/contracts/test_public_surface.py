"""The public surface: sorted, complete, and equal to its snapshot."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import docferry

SNAPSHOT = Path(__file__).with_name("public_surface.txt")
PUBLIC_MODULES = (
    "docferry",
    "docferry.chunking",
    "docferry.delivery",
    "docferry.emulation",
    "docferry.engine",
    "docferry.errors",
    "docferry.ingest",
    "docferry.langchain",
    "docferry.ledger",
    "docferry.llama_index",
    "docferry.metadata",
    "docferry.model",
    "docferry.plugin",
    "docferry.provider",
    "docferry.provider.addresses",
    "docferry.provider.archive_images",
    "docferry.provider.remedies",
    "docferry.reading",
    "docferry.reading.captions",
    "docferry.reading.grids",
    "docferry.reading.scripts",
    "docferry.reading.values",
    "docferry.rendering",
    "docferry.settings",
    "docferry.sources",
    "docferry.testing",
    "docferry.webhook",
)
PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


def all_modules():
    return [
        "docferry",
        *(found.name for found in pkgutil.walk_packages(docferry.__path__, "docferry.")),
    ]


def order(name):
    """Constants, then classes, then everything else, as ruff sorts them."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2


@pytest.mark.parametrize("name", all_modules())
def test_all_is_sorted_and_complete(name):
    module = importlib.import_module(name)
    exported = getattr(module, "__all__", ())
    own = [thing for thing in vars(module).values() if getattr(thing, "__module__", None) == name]
    assert exported or not own, "every module says what is public"
    assert list(exported) == sorted(exported, key=lambda name: (order(name), name)), "sort __all__"
    for public in exported:
        assert hasattr(module, public)


def test_lazy_names_are_exactly_the_exported_ones():
    assert set(docferry._ROOMS) | {"__version__", "chunk"} == set(docferry.__all__)
    assert dir(docferry) == docferry.__all__


def describe(name, thing):
    if inspect.isclass(thing):
        yield f"class {name}"
        for attribute, value in sorted(vars(thing).items()):
            if attribute.startswith("_") and attribute != "__init__":
                continue
            if inspect.isfunction(value) or isinstance(value, (classmethod, staticmethod)):
                function = value if inspect.isfunction(value) else value.__func__
                yield f"  {attribute}({names(function)})"
            elif isinstance(value, property):
                yield f"  {attribute} [property]"
    elif inspect.isfunction(thing):
        yield f"def {name}({names(thing)})"
    else:
        yield f"{name}: {type(thing).__name__}"


def names(function):
    """Parameter names with their kinds; annotations differ between Python versions and are left out."""
    words, keyword_only = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            words.append("*")
            keyword_only = True
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        keyword_only = keyword_only or bool(star == "*")
        words.append(star + parameter.name + ("=" if parameter.default is not parameter.empty else ""))
    return ", ".join(words)


def surface():
    for module_name in PUBLIC_MODULES:
        module = importlib.import_module(module_name)
        yield f"# {module_name}"
        for name in sorted(module.__all__):
            if name != "__version__":
                yield from describe(name, getattr(module, name))
        yield ""


def borrowed_names():
    """Every name that a plugin here takes from docferry, with the file that does."""
    for path in sorted(PLUGINS.glob("*/src/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "docferry":
                for alias in node.names:
                    yield str(path.relative_to(PLUGINS)), f"{node.module}.{alias.name}"


def test_plugins_take_public_names_only():
    """What a plugin here needs, a stranger's needs too."""
    public = {*PUBLIC_MODULES}
    for module in PUBLIC_MODULES:
        public |= {f"{module}.{name}" for name in importlib.import_module(module).__all__}
    assert [(path, name) for path, name in borrowed_names() if name not in public] == []


def test_public_surface_equals_its_snapshot():
    """After a deliberate change: python tests/contracts/test_public_surface.py writes the snapshot anew."""
    assert "\n".join(surface()) == SNAPSHOT.read_text(encoding="utf-8")


if __name__ == "__main__":
    SNAPSHOT.write_text("\n".join(surface()), encoding="utf-8")
