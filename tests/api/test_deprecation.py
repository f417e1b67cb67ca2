"""An operation that goes says so in each answer, on errors too, and in the document."""

from datetime import date
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from radar.api.deprecation import deprecated
from radar.api.problems import BadInput

SINCE, SUNSET = date(2027, 1, 1), date(2027, 7, 1)


class Going(APIView):
    """One method goes, the other stays."""

    permission_classes = []
    authentication_classes = []

    @deprecated(SINCE, SUNSET, instead="/api/v1/matches")
    @extend_schema(operation_id="going", responses={200: None})
    def get(self, request: Request) -> Response:
        if request.query_params:
            raise BadInput([])
        return Response({})

    @extend_schema(operation_id="staying", request=None, responses={200: None})
    def post(self, request: Request) -> Response:
        return Response({})


urlpatterns = [path("api/v1/going", Going.as_view())]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_the_headers_are_on_every_answer_of_that_operation(client: Client) -> None:
    for response in (client.get("/api/v1/going"), client.get("/api/v1/going?x=1")):
        assert response["Deprecation"] == "@1798761600"
        assert response["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
        assert '</api/v1/matches>; rel="successor-version"' in response["Link"]
        assert 'rel="deprecation"' in response["Link"]
    assert response.status_code == 400
    assert "Deprecation" not in client.post("/api/v1/going", content_type="application/json")


def test_the_document_marks_it() -> None:
    schema: Any = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)
    methods = schema["paths"]["/api/v1/going"]
    assert methods["get"]["deprecated"] is True
    assert "deprecated" not in methods["post"]


def test_less_notice_than_promised_is_refused() -> None:
    with pytest.raises(ValueError, match="60 days"):
        deprecated(SINCE, date(2027, 2, 1))
