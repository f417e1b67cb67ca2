"""What the database itself refuses, whoever writes."""

from datetime import date

import pghistory.models
import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction

from companies.models import (
    Agreement,
    Company,
    Establishment,
    Exclusion,
    Recognition,
    RecognitionStatus,
    Workplace,
)
from schools.models import Campus, Programme, School, SchoolYear
from tests.matching.region import a_municipality

pytestmark = pytest.mark.django_db

LEUVEN = Point(4.694159, 50.883485, srid=4326)


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.create(
        number=88, group_number="G-0082", title="Elektrische installaties duaal", grade=3,
        education_form="BSO", finality="A",
    )  # fmt: skip


@pytest.fixture
def establishment() -> Establishment:
    company = Company.objects.create(enterprise_number="0566988259", name="Voorbeeld")
    return Establishment.objects.create(
        unit_number="2147812701",
        company=company,
        name="Voorbeeld Leuven",
        municipality=a_municipality(),
        point=LEUVEN,
        precision="house_number",
    )


@pytest.fixture
def recognition(establishment: Establishment, programme: Programme) -> Recognition:
    return Recognition.objects.create(
        establishment=establishment,
        programme=programme,
        status=RecognitionStatus.RECOGNISED,
        valid_from=date(2024, 1, 1),
        valid_until=date(2028, 12, 31),
    )


def test_no_two_recognised_periods_overlap(recognition: Recognition) -> None:
    same_day = date(2028, 12, 31)
    with pytest.raises(IntegrityError, match="recognition_no_overlap"), transaction.atomic():
        Recognition.objects.create(
            establishment=recognition.establishment,
            programme=recognition.programme,
            status=RecognitionStatus.RECOGNISED,
            valid_from=same_day,
            valid_until=date(2033, 1, 1),
        )
    Recognition.objects.create(
        establishment=recognition.establishment,
        programme=recognition.programme,
        status=RecognitionStatus.RECOGNISED,
        valid_from=date(2029, 1, 1),
        valid_until=date(2033, 1, 1),
    )


def test_a_wrong_number_does_not_get_past_the_database(establishment: Establishment) -> None:
    with pytest.raises(IntegrityError, match="unit_number_valid"), transaction.atomic():
        Establishment.objects.filter(pk=establishment.pk).update(unit_number="2147812702")
    with pytest.raises(IntegrityError, match="enterprise_number_valid"), transaction.atomic():
        Company.objects.update(enterprise_number="2147812701")


def test_no_more_places_are_taken_than_offered(recognition: Recognition) -> None:
    year = SchoolYear.objects.starting_in(2026)
    with pytest.raises(IntegrityError, match="taken_within_offered"), transaction.atomic():
        Workplace.objects.create(
            recognition=recognition, school_year=year, places_offered=1, places_taken=2
        )
    unknown = Workplace.objects.create(recognition=recognition, school_year=year, places_taken=2)
    assert unknown.places_free is None


def test_the_search_point_follows_the_establishment(recognition: Recognition) -> None:
    recognition.refresh_from_db()
    assert recognition.point is not None
    before = recognition.point.coords
    recognition.establishment.point = Point(3.72, 51.05, srid=4326)
    recognition.establishment.save()
    recognition.refresh_from_db()
    assert recognition.point.srid == 3812
    assert recognition.point.coords != before

    Recognition.objects.update(point=None)
    recognition.refresh_from_db()
    assert recognition.point is not None


def test_an_oao_needs_twenty_hours(recognition: Recognition) -> None:
    school = School.objects.create(number="039107", name="Demoschool", type="121")
    campus = Campus.objects.create(school=school, site_number=1)
    workplace = Workplace.objects.create(
        recognition=recognition, school_year=SchoolYear.objects.starting_in(2026), places_offered=1
    )
    with pytest.raises(IntegrityError, match="hours_fit_kind"), transaction.atomic():
        Agreement.objects.create(
            campus=campus,
            workplace=workplace,
            pupil_reference="L-1",
            kind="oao",
            hours_per_week=19,
            starts_on=date(2026, 10, 1),
            ends_on=date(2027, 6, 30),
        )


def test_an_exclusion_is_of_one_thing(establishment: Establishment) -> None:
    with pytest.raises(IntegrityError, match="exclusion_of_one_thing"), transaction.atomic():
        Exclusion.objects.create(
            establishment=establishment,
            company=establishment.company,
            valid_from=date(2026, 1, 1),
            reason="both",
        )


@pytest.mark.parametrize("of", ["establishment", "company"])
def test_what_is_excluded_is_not_usable(recognition: Recognition, of: str) -> None:
    year, today = SchoolYear.objects.starting_in(2026), date(2026, 11, 23)
    assert recognition in Recognition.objects.usable_in(year, today)
    excluded = recognition.establishment
    Exclusion.objects.create(
        **{of: excluded if of == "establishment" else excluded.company},
        valid_from=date(2026, 1, 1),
        reason="a check",
    )
    assert recognition not in Recognition.objects.usable_in(year, today)


def test_every_change_of_a_recognition_is_kept(recognition: Recognition) -> None:
    with pghistory.context(why="lifted by the sector"):
        recognition.status = RecognitionStatus.LIFTED
        recognition.save()
    pk = recognition.pk
    recognition.delete()
    events = pghistory.models.Events.objects.filter(pgh_obj_id=str(pk)).order_by("pgh_created_at")
    assert [event.pgh_label for event in events] == ["insert", "update", "delete"]
    assert events[1].pgh_data["status"] == "lifted"
    assert events[1].pgh_context["why"] == "lifted by the sector"


def test_what_lies_outside_both_regions_is_not_usable(recognition: Recognition) -> None:
    year, today = SchoolYear.objects.starting_in(2026), date(2026, 11, 23)
    Establishment.objects.update(municipality=None)
    assert recognition not in Recognition.objects.usable_in(year, today)
