"""Fixtures that every package's tests may use."""

import pytest
from django.contrib.gis.geos import Point

from schools.models import Campus, Programme, School
from tests.matching.region import HERE


@pytest.fixture
def campus() -> Campus:
    school = School.objects.create(number="039107", name="Demoschool", type="121")
    return Campus.objects.create(
        school=school, site_number=1, point=Point(*HERE, srid=4326), precision="street"
    )


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.create(
        number=88,
        group_number="G-0082",
        title="Elektrische installaties duaal",
        grade=3,
        education_form="BSO",
        finality="A",
    )
