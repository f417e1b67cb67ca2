"""People who log in, and a small region for them to look at."""

import pytest
from django.test import Client

from accounts.addresses import confirm
from accounts.models import User
from schools.models import (
    Campus,
    Offering,
    OfferingStatus,
    Programme,
    SchoolMembership,
    SchoolYear,
)
from tests.matching.region import scatter


@pytest.fixture
def coordinator(campus: Campus, programme: Programme) -> User:
    """A coordinator of the demo school, whose campus offers the programme this year."""
    user = User.objects.create_user("an@radar.example", "geheim-woord")
    confirm(user)
    SchoolMembership.objects.create(user=user, school=campus.school)
    Offering.objects.create(
        campus=campus,
        programme=programme,
        school_year=SchoolYear.objects.current(),
        status=OfferingStatus.RUNNING,
        pupils=12,
    )
    return user


@pytest.fixture
def browser(client: Client, coordinator: User) -> Client:
    """The coordinator, logged in."""
    client.force_login(coordinator)
    return client


@pytest.fixture
def region(programme: Programme) -> None:
    """Eighty establishments around the campus, of which not all may be shown."""
    scatter(programme, seed=3, n=80)
