"""The API, version 1."""

from typing import Any

from django.http import Http404
from django.urls import URLPattern, path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import companies.api.writing
import schools.api.writing
from accounts.api import webhooks
from accounts.api.tokens import TokenView
from companies.api.resources import COMPANIES, ESTABLISHMENTS, RECOGNITIONS, WORKPLACES
from companies.api.tiles import Tiles
from figures.api.statistics import Statistics, StatisticsTables
from geo.api.resources import MUNICIPALITIES
from matching.api.allocation_jobs import (
    AllocationBatch,
    AllocationJobResult,
    AllocationJobs,
    OneAllocationJob,
)
from matching.api.allocations import Allocations
from matching.api.campus_matches import EstablishmentMatches
from matching.api.match_jobs import (
    CancelMatchJob,
    MatchBatch,
    MatchJobResult,
    MatchJobs,
    OneMatchJob,
)
from matching.api.matches import CampusMatches, PointMatches
from matching.api.opportunities import CampusOpportunities, ProgrammeOpportunities
from matching.api.scenarios import Scenarios
from radar.api.collections import views_of
from radar.api.resources import Resource
from radar.api.synchronisation_schema import sync_views_of
from radar.api.writing_schema import writing_views_of
from schools.api.resources import CAMPUSES, OFFERINGS, PROGRAMMES, SCHOOLS, SECTORS

app_name = "api"

RESOURCES = (
    SECTORS,
    PROGRAMMES,
    MUNICIPALITIES,
    SCHOOLS,
    CAMPUSES,
    OFFERINGS,
    COMPANIES,
    ESTABLISHMENTS,
    RECOGNITIONS,
    WORKPLACES,
)

WRITINGS = {
    writing.resource.name: writing
    for writing in (*companies.api.writing.WRITINGS, *schools.api.writing.WRITINGS)
}


def addresses(resource: Resource) -> list[URLPattern]:
    """The addresses that every resource has."""
    collection, item = views_of(resource)
    batch = []
    if writing := WRITINGS.get(resource.name):
        collection, item, many = writing_views_of(writing, collection, item)
        batch = [path(f"{resource.name}:batch", many.as_view(), name=f"{resource.name}-batch")]
    synchronised = sync_views_of(resource).items() if resource.synchronised else ()
    return [
        *batch,
        *(
            path(f"{resource.name}/{name}", view.as_view(), name=f"{resource.name}-{name}")
            for name, view in synchronised
        ),
        path(resource.name, collection.as_view(), name=resource.name),
        path(f"{resource.name}/<str:key>", item.as_view(), name=f"{resource.name}-item"),
    ]


@extend_schema(exclude=True)
class NoSuchResource(APIView):
    """Any other address under the API: a problem in JSON, not a page."""

    permission_classes = [IsAuthenticated]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404

    def get(self, request: Request) -> Response:
        raise Http404


urlpatterns = [
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path(
        "docs",
        SpectacularSwaggerSplitView.as_view(url_name="api:openapi", template_name="api/docs.html"),
        name="docs",
    ),
    path("token", TokenView.as_view(), name="token"),
    path("campuses/<str:campus>/matches", CampusMatches.as_view(), name="campus-matches"),
    path("matches", PointMatches.as_view(), name="matches"),
    path("matches:batch", MatchBatch.as_view(), name="matches-batch"),
    path("matchJobs", MatchJobs.as_view(), name="match-jobs"),
    path("matchJobs/<str:key>:cancel", CancelMatchJob.as_view(), name="match-job-cancel"),
    path("matchJobs/<str:key>/result", MatchJobResult.as_view(), name="match-job-result"),
    path("matchJobs/<str:key>", OneMatchJob.as_view(), name="match-job"),
    path(
        "establishments/<str:establishment>/matches",
        EstablishmentMatches.as_view(),
        name="establishment-matches",
    ),
    path(
        "campuses/<str:campus>/opportunities",
        CampusOpportunities.as_view(),
        name="campus-opportunities",
    ),
    path(
        "programmes/<int:programme>/opportunities",
        ProgrammeOpportunities.as_view(),
        name="programme-opportunities",
    ),
    path("tiles/<int:z>/<int:x>/<int:y>.mvt", Tiles.as_view(), name="tiles"),
    path("allocations", Allocations.as_view(), name="allocations"),
    path("allocations:batch", AllocationBatch.as_view(), name="allocations-batch"),
    path("allocationJobs", AllocationJobs.as_view(), name="allocation-jobs"),
    path(
        "allocationJobs/<str:key>/result",
        AllocationJobResult.as_view(),
        name="allocation-job-result",
    ),
    path("allocationJobs/<str:key>", OneAllocationJob.as_view(), name="allocation-job"),
    path("scenarios", Scenarios.as_view(), name="scenarios"),
    path("webhooks", webhooks.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<str:key>/deliveries", webhooks.WebhookDeliveries.as_view()),
    path(
        "webhooks/<str:key>/deliveries/<str:delivery>:redeliver",
        webhooks.WebhookRedelivery.as_view(),
    ),
    path("webhooks/<str:key>:rotateSecret", webhooks.WebhookSecret.as_view()),
    path("webhooks/<str:key>:test", webhooks.WebhookTrial.as_view()),
    path("webhooks/<str:key>", webhooks.OneWebhook.as_view(), name="webhook"),
    path("statistics", StatisticsTables.as_view(), name="statistics"),
    path("statistics/<str:table>", Statistics.as_view(), name="statistics-table"),
    *(address for resource in RESOURCES for address in addresses(resource)),
    re_path(r"^.*$", NoSuchResource.as_view()),
]
