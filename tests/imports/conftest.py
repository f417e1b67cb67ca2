"""What every test of the imports needs."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Messages are compared with the texts in the code."""
    with translation.override("en"):
        yield
