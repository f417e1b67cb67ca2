"""A stub of the network for the tests of geocoding."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.stub_server import Stub, serve

# A busy machine is no bug; the first passage between two coordinate systems loads their grids.
settings.register_profile("radar", deadline=None)
settings.load_profile("radar")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serve() as stub:
        yield stub
