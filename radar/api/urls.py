"""The API, version 1."""

from typing import Any

from django.http import Http404
from django.urls import path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.tokens import TokenView
from matching.api.matches import CampusMatches
from matching.api.opportunities import CampusOpportunities

app_name = "api"


@extend_schema(exclude=True)
class NoSuchResource(APIView):
    """Any other address under the API: a problem in JSON, not a page."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404

    def get(self, request: Request) -> Response:
        raise Http404


urlpatterns = [
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("token", TokenView.as_view(), name="token"),
    path("campuses/<str:campus>/matches", CampusMatches.as_view(), name="campus-matches"),
    path(
        "campuses/<str:campus>/opportunities",
        CampusOpportunities.as_view(),
        name="campus-opportunities",
    ),
    re_path(r"^.*$", NoSuchResource.as_view()),
]
