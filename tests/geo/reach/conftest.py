"""A real Valhalla server on the roads of a small town."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.geo.reach import roads


@pytest.fixture(scope="session")
def server(tiles: Path) -> Iterator[str]:
    """The address of a Valhalla server with the town's roads."""
    # Paths of sockets have to be short.
    with (
        tempfile.TemporaryDirectory(prefix="vh-") as folder,
        roads.serve(tiles, Path(folder)) as url,
    ):
        yield url
