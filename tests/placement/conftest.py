"""A coordinator of the demo school, on a day that does not move."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from schools.models import Campus
from tests.factories import TODAY, SchoolMembershipFactory, UserFactory


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def coordinator(campus: Campus) -> User:
    return SchoolMembershipFactory(
        school=campus.school, user=UserFactory(email="an@radar.example")
    ).user


@pytest.fixture
def browser(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client
