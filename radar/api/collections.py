"""The views of a resource: its collection and one item."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from radar.api import disclosure
from radar.api.access import MissingScope, has_scope
from radar.api.etags import etag_of, matches
from radar.api.geojson import GeoJsonRenderer, feature, feature_collection, is_geojson
from radar.api.paging import page_serializer
from radar.api.parameters import form_data, require_valid
from radar.api.queries import ItemQuery, collection_query, item_query
from radar.api.reader import Reader
from radar.api.resource_schema import (
    example_of,
    item_serializer,
    page_example,
    parameters_of,
)
from radar.api.resources import Body, Resource


class ResourceView(APIView):
    """A view of a resource; people other than administrators have the pages."""

    resource: ClassVar[Resource]
    administrators_only = True

    def reader(self, request: Request, form: ItemQuery | None = None) -> Reader:
        """Reads what the query selects and embeds, as far as the caller's scopes reach.

        That a client reads personal data with it is told (`disclosure`).
        """
        asked = form.cleaned_data if form else {}
        select, embed = asked.get("select", []), asked.get("embed", [])
        for name in select:
            if (p := self.resource.by_name.get(name)) and p.scope:
                _require(request, p.scope)
        for reference in self.resource.references:
            if reference.name in embed:
                _require(request, reference.to.scope)
        if select and is_geojson(request):
            select = [*select, "point"]
        reader = Reader(
            self.resource,
            host_of(request),
            partial(has_scope, request),
            select=[*select, *embed] if select else [],
            embed=embed,
        )
        disclosure.tell(request, reader)
        return reader


def host_of(request: Request) -> str:
    """What absolute links start with."""
    return request.build_absolute_uri("/").rstrip("/")


def _require(request: Request, scope: str) -> None:
    if not has_scope(request, scope):
        raise MissingScope(scope)


class Collection(ResourceView):
    def get(self, request: Request) -> Response:
        form = collection_query(self.resource)
        query = form(form_data(request, form))
        require_valid(query)
        records, page = query.records(), query.page_asked()
        items = self.reader(request, query).read(records[page.start : page.stop])  # type: ignore[arg-type]
        body = page.envelope(request, items, records.count())
        if is_geojson(request):
            body = feature_collection(body, (feature(item, self.resource.key) for item in items))
        return Response(body)


class Item(ResourceView):
    def get(self, request: Request, key: str) -> Response:
        form = item_query(self.resource)
        query = form(form_data(request, form))
        require_valid(query)
        body = self.body(request, key, query)
        if is_geojson(request):
            body = feature(body, self.resource.key)
        etag = etag_of(body)
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if matches(request, "If-None-Match", etag):
            return Response(status=304, headers=headers)
        return Response(body, headers=headers)

    def body(self, request: Request, key: str, query: ItemQuery | None = None) -> Body:
        """Raises Http404 when there is none with this key."""
        found = self.reader(request, query).read(self.resource.with_key(key)[:1])
        if not found:
            raise Http404
        return found[0]


def views_of(resource: Resource) -> tuple[type[APIView], type[APIView]]:
    """The view classes of a resource's collection and of its items."""
    renderers = [JSONRenderer, GeoJsonRenderer] if resource.point else [JSONRenderer]
    common = {
        "resource": resource,
        "scopes": {"read": resource.scope},
        "renderer_classes": renderers,
    }
    plural = f"{resource.name[0].upper()}{resource.name[1:]}"
    item = item_serializer(resource)
    documented: Any = {
        "tags": [resource.name],
        "description": f"{resource.description} Scope: `{resource.scope}`.",
    }
    listed = extend_schema(
        operation_id=f"list{plural}",
        parameters=parameters_of(resource, collection=True),
        responses=OpenApiResponse(page_serializer(f"{resource.singular}Page", item)),
        examples=[OpenApiExample("page", value=page_example(resource), response_only=True)],
        **documented,
    )
    one = extend_schema(
        operation_id=f"get{resource.singular}",
        parameters=parameters_of(resource, collection=False),
        responses=OpenApiResponse(item),
        examples=[OpenApiExample("item", value=example_of(resource), response_only=True)],
        **documented,
    )
    collection = type(f"{plural}View", (Collection,), common)
    single = type(f"{resource.singular}View", (Item,), common)
    return extend_schema_view(get=listed)(collection), extend_schema_view(get=one)(single)
