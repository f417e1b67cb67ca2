"""The collections and items of `/api/v1`, as an integrator reads them."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from drf_spectacular.validation import validate_schema

from accounts.models import User
from companies.models import Company
from geo.models import Municipality
from radar.api.resource_schema import example_of, item_serializer
from radar.api.resources import Resource
from radar.api.urls import RESOURCES
from tests.api.clients import Caller
from tests.factories import (
    CampusFactory,
    CompanyFactory,
    EstablishmentFactory,
    OfferingFactory,
    ProgrammeFactory,
    RecognitionFactory,
    SectorFactory,
    WorkplaceFactory,
    beside_here,
)

pytestmark = pytest.mark.django_db

each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def field() -> None:
    """Something in every collection, known and unknown."""
    sector = SectorFactory()
    for _ in range(3):
        WorkplaceFactory(recognition__sector=sector)
        OfferingFactory()
    Company.objects.update(sector=sector)
    Municipality.objects.update(point=beside_here())
    WorkplaceFactory(unknown=True)
    EstablishmentFactory(unlocated=True)


@each_resource
def test_a_collection_has_pages_and_items_of_their_own(
    caller: Caller, field: None, resource: Resource, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(5):  # that it read personal data is noted, too
        response = caller.get(resource.path, {"pageSize": 2})
    assert response.status_code == 200
    assert "null" not in response.text
    body = response.json()
    assert {"items", "total", "page", "pageSize", "self", "first", "last"} <= body.keys()
    seen = list(body["items"])
    while link := body.get("next"):
        body = caller.get(link).json()
        seen += body["items"]
    keys = [item[resource.key] for item in seen]
    assert len(keys) == len(set(keys)) == body["total"] > 0
    for item in seen:
        response = caller.get(item["href"])
        assert response.json() == item
        again = caller.get(item["href"], headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


@each_resource
def test_everything_that_may_be_asked_may_be_asked(
    caller: Caller, field: None, resource: Resource, django_assert_max_num_queries: Any
) -> None:
    embedded = [reference.name for reference in resource.references]
    for name in resource.sortable():
        assert caller.get(resource.path, {"sort": f"-{name}"}).status_code == 200
    for name in resource.names():
        (item, *_) = caller.get(resource.path, {"select": name}).json()["items"]
        assert item.keys() <= {name, resource.key, "href"}
    asked = {"embed": ",".join(embedded)} if embedded else {}
    with django_assert_max_num_queries(5 + len(embedded)):
        whole = caller.get(resource.path, asked).json()["items"]
    for name in embedded:
        first = next(item[name] for item in whole if name in item)
        assert caller.get(first["href"]).json() == first
    if resource.search:
        assert caller.get(resource.path, {"q": "no such thing"}).json()["total"] == 0
    if resource.point:
        page = caller.get(resource.path, headers={"Accept": "application/geo+json"})
        assert page["Content-Type"] == "application/geo+json"
        assert page.json()["type"] == "FeatureCollection"
        assert page.json()["features"][0]["geometry"]["type"] == "Point"
        away = caller.get(resource.path, {"bbox": "0,0,1,1"}).json()
        assert away["total"] == 0


@each_resource
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("foo", "1"),
        ("sort", "nothing"),
        ("select", "id,nothing"),
        ("page", "0"),
        ("pageSize", "201"),
        ("page", "\x00"),
    ],
)
def test_what_is_wrong_is_named(caller: Caller, resource: Resource, name: str, value: str) -> None:
    response = caller.get(resource.path, {name: value})
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == [name]


@each_resource
@pytest.mark.parametrize("key", ["x", "9" * 30, "-1", "0-0", "%00", "é", "1'--", " "])
def test_a_key_of_nobody_is_not_found(caller: Caller, resource: Resource, key: str) -> None:
    assert caller.get(f"{resource.path}/{key}").status_code == 404


@each_resource
def test_its_scope_is_needed_and_its_writing_is_not_offered(
    caller: Caller, resource: Resource
) -> None:
    assert Caller(["matches:read"]).get(resource.path).status_code == 403
    assert caller.delete(resource.path).status_code == 405


@each_resource
def test_users_of_the_site_have_the_pages(client: Client, resource: Resource) -> None:
    client.force_login(User.objects.create_user("somebody@radar.example", "x"))
    assert client.get(resource.path).status_code == 403
    client.force_login(User.objects.create_superuser("admin@radar.example", "x"))
    assert client.get(resource.path).status_code == 200


def test_filters_narrow() -> None:
    caller = Caller()
    mine, other = RecognitionFactory(), RecognitionFactory(expired=True)
    asked = {
        "programme": mine.programme.number,
        "establishment": mine.establishment.unit_number,
        "status": mine.status,
        "validOn": "2026-11-24",
    }
    for name, value in asked.items():
        items = caller.get("/api/v1/recognitions", {name: value}).json()["items"]
        assert mine.pk in {item["id"] for item in items}, name
    narrow = caller.get("/api/v1/recognitions", asked).json()["items"]
    assert [item["id"] for item in narrow] == [mine.pk] != [other.pk]
    for wrong in ({"status": "nonsense"}, {"validOn": "24/11/2026"}):
        assert caller.get("/api/v1/recognitions", wrong).status_code == 400
    assert caller.get("/api/v1/companies", {"isActive": "perhaps"}).status_code == 400
    stopped = CompanyFactory(stopped=True).enterprise_number
    for answer, there in (("true", False), ("false", True)):
        found = caller.get("/api/v1/companies", {"isActive": answer, "q": stopped}).json()
        assert (found["total"] == 1) is there


def test_a_representation_has_an_etag_of_its_own(caller: Caller) -> None:
    url = f"/api/v1/campuses/{CampusFactory().key}"
    plain, drawn = caller.get(url), caller.get(url, headers={"Accept": "application/geo+json"})
    assert drawn.json()["type"] == "Feature"
    assert plain["ETag"] != drawn["ETag"]


@each_resource
def test_items_are_as_the_schema_says(caller: Caller, field: None, resource: Resource) -> None:
    schemas = caller.get("/api/v1/openapi.json").json()["components"]["schemas"]
    schema = schemas[resource.singular]
    assert set(schema["required"]) == {resource.key, "href"}
    for item in caller.get(resource.path).json()["items"]:
        assert item.keys() <= schema["properties"].keys()


def test_keys_are_read_as_people_write_them(caller: Caller) -> None:
    unit = EstablishmentFactory().unit_number
    dotted = f"{unit[0]}.{unit[1:4]}.{unit[4:7]}.{unit[7:]}"
    assert caller.get(f"/api/v1/establishments/{dotted}").json()["unitNumber"] == unit
    campus = CampusFactory()
    assert caller.get(f"/api/v1/campuses/{campus.key}").json()["key"] == campus.key
    programme = ProgrammeFactory()
    found = caller.get("/api/v1/programmes", {"q": programme.title}).json()
    assert programme.number in {item["number"] for item in found["items"]}


def test_personal_data_needs_its_scope() -> None:
    establishment = EstablishmentFactory(email="an@bedrijf.example")
    url = f"/api/v1/establishments/{establishment.unit_number}"
    without = Caller(["companies:read"])
    assert "email" not in without.get(url).json()
    assert without.get(url, {"select": "email"}).status_code == 403
    assert without.get(url, {"sort": "email"}).status_code == 400
    both = Caller(["companies:read", "contacts:read"])
    assert not LogEntry.objects.filter(action=LogEntry.Action.ACCESS).exists()
    assert both.get(url).json()["email"] == "an@bedrijf.example"
    saw = LogEntry.objects.get(action=LogEntry.Action.ACCESS).additional_data
    assert saw == {"client": both.client_id, "asked": url}


def test_what_is_embedded_needs_its_own_scope() -> None:
    RecognitionFactory()
    caller = Caller(["recognitions:read"])
    assert caller.get("/api/v1/recognitions").status_code == 200
    refused = caller.get("/api/v1/recognitions", {"embed": "establishment"})
    assert refused.json()["requiredScopes"] == ["companies:read"]


@each_resource
def test_its_example_is_one(resource: Resource) -> None:
    assert example_of(resource).keys() <= item_serializer(resource)().fields.keys()


def test_the_schema_is_valid_and_every_operation_has_an_example(caller: Caller) -> None:
    schema = caller.get("/api/v1/openapi.json").json()
    validate_schema(schema)
    for resource in RESOURCES:
        for path in (resource.path, f"{resource.path}/{{key}}"):
            content = schema["paths"][path]["get"]["responses"]["200"]["content"]
            assert content["application/json"]["examples"], path
