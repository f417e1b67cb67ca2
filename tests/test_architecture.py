"""Imports point downwards only: the order of the packages is the order of the design."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: From top to bottom. What of `radar` every app may use is `SHARED`, at the very bottom.
ORDER = ["radar", "matching", "companies", "schools", "accounts", "geo"]
SHARED = ("radar.celery", "radar.settings")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("package", ORDER)
def test_no_import_points_upwards(package: str) -> None:
    above = ORDER[: ORDER.index(package)]
    arrows = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in (ROOT / package).rglob("*.py")
        for module in imports(path)
        if module.split(".")[0] in above and not module.startswith(SHARED)
    ]
    assert arrows == []
