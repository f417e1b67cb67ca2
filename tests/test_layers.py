"""Imports point downwards only, in the order of README's layout."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Top to bottom. `radar` joins all together; of it, what every app shares lies at the bottom.
LAYERS = [
    "radar",
    "figures",
    "placement",
    "matching",
    "companies",
    "schools",
    "imports",
    "accounts",
    "geo",
]
SHARED = ("radar.api", "radar.web")
# These name the addresses of every app, so they are part of the top.
JOINING = {"urls"}


def layer(module: str) -> int | None:
    """The place of a module, 0 at the top; None for a library."""
    parts = module.split(".")
    package = parts[0]
    if package not in LAYERS:
        return None
    if module.startswith(SHARED) and not JOINING & set(parts):
        return len(LAYERS)
    return LAYERS.index(package)


def imports(path: Path, module: str) -> Iterator[tuple[int, str]]:
    """Line and full name of every import of a file, those inside functions too."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *filter(None, [base])])
            # `from radar import web` names a module as well.
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def arrows_upwards() -> Iterator[str]:
    for package in LAYERS:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            here = layer(module)
            assert here is not None
            for line, imported in imports(path, module):
                there = layer(imported)
                if there is not None and there < here:
                    yield f"{path.relative_to(ROOT)}:{line} imports {imported}"


def test_no_import_points_upwards() -> None:
    arrows = list(arrows_upwards())
    assert not arrows, "\n".join(arrows)


def test_the_code_imports_no_tests() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{line}"
        for package in LAYERS
        for path in (ROOT / package).rglob("*.py")
        for line, imported in imports(path, package)
        if imported.split(".")[0] == "tests"
    ]
    assert offenders == []


def test_layers_are_told_apart() -> None:
    assert layer("numpy.linalg") is None
    assert layer("radar.urls") == layer("radar.api.urls.urlpatterns") == 0
    assert layer("geo.models.Municipality") == len(LAYERS) - 1
    assert layer("radar.web.context") == layer("radar.api.problems") == len(LAYERS)
