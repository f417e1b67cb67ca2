"""Every text on screen has its Dutch: nothing missing, nothing guessed by gettext."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [
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
CATALOGUES = sorted(
    path
    for folder in [ROOT / "locale", *(ROOT / package for package in PACKAGES)]
    for path in folder.rglob("*.po")
)


@pytest.mark.skipif(not CATALOGUES, reason="the project has no translations yet")
def test_translations_are_complete(tmp_path: Path) -> None:
    """Collects the texts anew in a copy, so that a text not yet collected is seen too."""
    assert any("/nl/" in path.as_posix() for path in CATALOGUES)
    for name in [*PACKAGES, "locale", "manage.py"]:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--all", "--no-obsolete", "-v", "0"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    missing = []
    for path in (tmp_path / path.relative_to(ROOT) for path in CATALOGUES):
        for kind in ("--untranslated", "--only-fuzzy"):
            found = subprocess.run(
                ["msgattrib", kind, "--no-obsolete", "--no-wrap", path],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            texts = re.findall(r'^msgid "(.+)"$', found, flags=re.MULTILINE)
            missing += [f"{path.relative_to(tmp_path)}: {kind[2:]}: {text}" for text in texts]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_placeholders_agree(path: Path) -> None:
    done = subprocess.run(
        ["msgfmt", "--check", "-o", "/dev/null", path], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
