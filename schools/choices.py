"""What forms let people choose from: campuses, programmes and school years."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.utils import timezone

from radar.web.choices import Found
from schools.models import CampusQuerySet, Programme
from schools.school_years import school_year_name, school_year_starting


def campus_choices(campuses: CampusQuerySet) -> Iterable[tuple[str, Any]]:
    """The campuses by key, found by town and school too."""
    names = ("name", "site_number", "school__number", "school__name", "municipality__name")
    for campus in campuses.select_related("school", "municipality").only(*names):
        town = campus.municipality.name if campus.municipality else ""
        yield campus.key, Found(str(campus), town, f"{campus.school} {campus.key}")


def programme_choices() -> Iterable[tuple[str, Any]]:
    """The programmes valid today by number, found by their other names too."""
    programmes = (
        Programme.objects.valid_on(timezone.localdate())
        .annotate(words=StringAgg("aliases__name", " ", default=""))
        .only("number", "title", "education_form")
        .order_by("title", "number")
    )
    for programme in programmes:
        hint = f"{programme.get_education_form_display()} · {programme.number}"
        yield str(programme.number), Found(programme.title, hint, programme.words)


def school_years() -> Iterable[tuple[str, Any]]:
    """This school year and the one that is being prepared, by their names."""
    this = school_year_starting(timezone.localdate())
    for name in (school_year_name(this), school_year_name(this + 1)):
        yield name, name
