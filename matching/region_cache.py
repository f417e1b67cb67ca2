"""One region for all processes: read once, kept in a file, read again when the data changed."""

from __future__ import annotations

import os
import tempfile
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
from django.conf import settings
from django.utils import timezone

from matching.changes import Change
from matching.region import Region, load_region
from schools.models import SchoolYear

FOLDER = Path(settings.DATA_DIR) / "cache"

_in_memory: dict[int, tuple[str, Region]] = {}


def current_region(school_year: SchoolYear, today: date | None = None) -> Region:
    """The region of a school year as the database has it now.

    Costs one small query when nothing changed. A process that finds newer data reads it and leaves
    it in a file, named after the stamp of the data, for the others.
    """
    today = today or timezone.localdate()
    key = f"{school_year.starts_in}-{today:%Y%m%d}-{Change.objects.stamp()}"
    held = _in_memory.get(school_year.starts_in)
    if held is None or held[0] != key:
        path = FOLDER / f"region-{_database()}-{key}.npz"
        region = _from_file(path)
        if region is None:
            region = load_region(school_year, today)
            _to_file(region, path)
        held = _in_memory[school_year.starts_in] = (key, region)
    return held[1]


def _database() -> str:
    """The database's name, as part of a file name: two databases never share a file."""
    return "".join(c if c.isalnum() else "_" for c in str(settings.DATABASES["default"]["NAME"]))


def _from_file(path: Path) -> Region | None:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            fields = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError):
        return None
    plain = {"stamp": str(fields.pop("stamp")), "starts_in": int(fields.pop("starts_in"))}
    return Region(**plain, **fields)  # type: ignore[arg-type]


def _to_file(region: Region, path: Path) -> None:
    """Write beside the place and move: a reader sees a whole file or none. Older ones go."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=FOLDER, suffix=".npz")
    with os.fdopen(handle, "wb") as file:
        np.savez(file, **{item.name: getattr(region, item.name) for item in fields(region)})
    os.replace(temporary, path)
    for old in FOLDER.glob(f"region-{_database()}-{region.starts_in}-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)
