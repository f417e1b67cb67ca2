"""Every list and form of the administration opens, in a bounded number of queries."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from geo.admin import PointFormField

pytestmark = pytest.mark.django_db

OURS = ("accounts", "geo", "schools", "companies")
REGISTERED = [model for model in admin.site._registry if model._meta.app_label in OURS]
READ_ONLY = {"GeocodeResult"}
#: Managed inside another model's form.
INSIDE = {
    "SchoolMembership",
    "SectorMembership",
    "CompanyMembership",
    "ProgrammeAlias",
    "ApproachStep",
    "TravelTime",
}


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin@radar.example", "x"))
    return client


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_its_list_and_form_open(
    administrator: Client, model: Any, django_assert_max_num_queries: Any
) -> None:
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    for page in ("changelist",) if model.__name__ in READ_ONLY else ("changelist", "add"):
        with django_assert_max_num_queries(15):
            response = administrator.get(reverse(f"admin:{name}_{page}"), {"q": "x"})
        assert response.status_code == 200
        # No form asks an outside server, as GeoDjango's own map would.
        assert b"https://cdn" not in response.content


def test_every_model_of_ours_is_there() -> None:
    models = {model for label in OURS for model in apps.get_app_config(label).get_models()}
    named = {model.__name__ for model in models if not hasattr(model, "pgh_tracked_model")}
    assert named - INSIDE == {model.__name__ for model in REGISTERED}


def test_its_login_is_the_sites_own(client: Client) -> None:
    response = client.get("/admin/", follow=True)
    assert [address for address, _ in response.redirect_chain] == [
        "/admin/login/?next=/admin/",
        "/aanmelden/?next=/admin/",
    ]


def test_who_is_no_administrator_is_refused(client: Client) -> None:
    client.force_login(User.objects.create_user("somebody@radar.example", "x"))
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["", ""], None),
        (["4.7", "50.88"], (4.7, 50.88)),
        (["4.7", ""], "half"),
        (["x", "1"], "bad"),
    ],
)
def test_a_point_is_two_numbers(values: list[str], expected: Any) -> None:
    field = PointFormField(required=False)
    if isinstance(expected, str):
        with pytest.raises(ValidationError):
            field.clean(values)
    else:
        point = field.clean(values)
        assert (point and point.coords) == expected


@pytest.mark.parametrize(
    ("sent", "source"),
    [
        ({"point_0": "3.72", "point_1": "51.05", "precision": "house_number"}, "manual"),
        ({"name": "Other"}, "imported"),
        ({"point_0": "", "point_1": "", "precision": "unknown"}, "unknown"),
        ({"point_0": "3.72", "point_1": "51.05", "location_source": "geocoded"}, "geocoded"),
    ],
)
def test_a_moved_point_is_marked_as_set_by_hand(
    administrator: Client, campus: Any, sent: dict[str, str], source: str
) -> None:
    campus.location_source = "imported"
    campus.save()
    values = {
        "school": campus.school_id,
        "site_number": 1,
        "name": "",
        "point_0": campus.point.x,
        "point_1": campus.point.y,
        "precision": campus.precision,
        "location_source": "imported",
    }
    address = reverse("admin:schools_campus_change", args=[campus.pk])
    response = administrator.post(address, values | sent)
    assert response.status_code == 302, response.context["adminform"].form.errors
    campus.refresh_from_db()
    assert campus.location_source == source
