"""`POST /api/v1/allocations:batch`: a long list of pupils, worked off by a job to be watched."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from matching.allocation_jobs import AllocationJob, new_job, proposals_of, pupils_of
from matching.api.allocations import (
    AllocationQuestionSerializer,
    AllocationSerializer,
    allocation_body,
    question,
)
from matching.api.examples import ALLOCATION, ALLOCATION_JOB
from matching.api.job_answers import JobSerializer, job_body
from matching.jobs import MAX_UNFINISHED
from matching.proposal_rows import report
from matching.pupil_lists import MAX_PUPILS
from matching.tasks import allocate
from radar.api.callers import caller_key
from radar.api.idempotency import once
from radar.api.paging import PAGE_PARAMETERS, PageQuery, page_serializer
from radar.api.parameters import form_data, require_valid
from radar.api.problems import Conflict
from radar.api.writing_schema import IDEMPOTENCY


class AllocationJobSerializer(JobSerializer):
    total = serializers.IntegerField(help_text="steps: a campus and programme each, and one more")
    done = serializers.IntegerField(help_text="steps done")


def _body(request: Request, job: AllocationJob) -> dict[str, Any]:
    return job_body(request, job, "allocationJobs")


class AllocationBatch(APIView):
    """Up to 10,000 pupils, of one campus or of many; `Location` names the job.

    The list is kept while it is needed: postal codes and distances go when the job is done, the
    rest a day later, or at once when the job is deleted.
    """

    # It computes and writes nothing of ours, so it needs no more than to read matches.
    scopes = {"write": "matches:read"}

    @extend_schema(
        operation_id="startAllocationJob",
        tags=["allocations"],
        parameters=[IDEMPOTENCY],
        request=AllocationQuestionSerializer,
        responses={202: AllocationJobSerializer},
        examples=[ALLOCATION[0], ALLOCATION_JOB],
    )
    def post(self, request: Request) -> Response:
        asked = question(request, MAX_PUPILS)
        return once(request, lambda: self._start(request, *asked))

    def _start(self, request: Request, *asked: Any) -> Response:
        owner = caller_key(request)
        if AllocationJob.objects.of(owner).unfinished().count() >= MAX_UNFINISHED:
            raise exceptions.Throttled(wait=30)
        job = new_job(owner, *asked)
        job.refresh_from_db()
        transaction.on_commit(lambda: allocate.delay(str(job.pk)))
        found = _body(request, job)
        return Response(found, status=202, headers={"Location": found["href"]})


class AllocationJobView(APIView):
    """A view of the caller's own jobs: another's are not there."""

    scopes = {"read": "matches:read", "write": "matches:read"}

    def job(self, request: Request, key: str) -> AllocationJob:
        try:
            return AllocationJob.objects.of(caller_key(request)).get(pk=key)
        except (AllocationJob.DoesNotExist, ValidationError):
            raise Http404 from None


class AllocationJobs(AllocationJobView):
    """The caller's jobs of the last day, newest first."""

    @extend_schema(
        operation_id="listAllocationJobs",
        tags=["allocations"],
        parameters=PAGE_PARAMETERS,
        responses=page_serializer("AllocationJobPage", AllocationJobSerializer),
        examples=[
            OpenApiExample(
                "page", value={"items": [ALLOCATION_JOB.value], "total": 1}, response_only=True
            )
        ],
    )
    def get(self, request: Request) -> Response:
        paging = PageQuery(form_data(request, PageQuery))
        require_valid(paging)
        page, jobs = paging.page_asked(), AllocationJob.objects.of(caller_key(request))
        found = jobs.defer("pupils", "found")[page.start : page.stop]
        items = [_body(request, job) for job in found]
        return Response(page.envelope(request, items, jobs.count()))


class OneAllocationJob(AllocationJobView):
    @extend_schema(
        operation_id="getAllocationJob",
        tags=["allocations"],
        description="How far a job is.",
        responses=AllocationJobSerializer,
        examples=[ALLOCATION_JOB],
    )
    def get(self, request: Request, key: str) -> Response:
        return Response(_body(request, self.job(request, key)))

    @extend_schema(
        operation_id="deleteAllocationJob",
        tags=["allocations"],
        description="Forget a job, its list and its proposals; one under way stops.",
        responses={204: None},
    )
    def delete(self, request: Request, key: str) -> Response:
        self.job(request, key).delete()
        return Response(status=204)


class AllocationJobResult(AllocationJobView):
    """What `computeAllocation` would have answered."""

    @extend_schema(
        operation_id="getAllocationJobResult",
        tags=["allocations"],
        responses={
            200: AllocationSerializer,
            409: OpenApiResponse(description="The job is not done."),
        },
        examples=[ALLOCATION[1]],
    )
    def get(self, request: Request, key: str) -> Response:
        job = self.job(request, key)
        if not job.is_done:
            raise Conflict(
                _("The job is not done: it is %(status)s.") % {"status": job.get_status_display()}
            )
        return Response(allocation_body(report(pupils_of(job), proposals_of(job))))
