"""`POST /api/v1/matches:batch`: many questions at once, answered by a job that can be watched."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, StreamingHttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from geo.reach import Mode
from matching.api.examples import JOB, JOB_QUESTIONS, JOB_RESULT_LINES
from matching.api.job_answers import JobSerializer, job_body
from matching.api.questions import misshapen
from matching.jobs import MAX_UNFINISHED, JobStatus
from matching.match_jobs import MatchJob
from matching.queries import MAX_MINUTES, MAX_RADIUS_KM
from matching.tasks import answer_match_job
from radar.api.bodies import json_object
from radar.api.callers import caller_key
from radar.api.idempotency import once
from radar.api.paging import PAGE_PARAMETERS, PageQuery, page_serializer
from radar.api.parameters import form_data, require_valid
from radar.api.problems import BadInput, Conflict, issue
from radar.api.synchronisation import NdjsonRenderer
from radar.api.writing_schema import IDEMPOTENCY
from radar.web.spreadsheets import harmless

MAX_QUESTIONS = 5000
MOST, MAX_MOST = 20, 200


class QuestionSerializer(serializers.Serializer[Any]):
    """For a campus, an establishment, or a point (longitude and latitude)."""

    campus = serializers.CharField(required=False, help_text="key, as 039107-1")
    establishment = serializers.CharField(required=False, help_text="unit number")
    longitude = serializers.FloatField(required=False, help_text="WGS 84")
    latitude = serializers.FloatField(required=False, help_text="WGS 84")
    programme = serializers.CharField(
        required=False, help_text="as in the single question; an establishment needs none"
    )
    mode = serializers.ChoiceField(
        choices=Mode.values, required=False, help_text="not for an establishment"
    )
    maxMinutes = serializers.FloatField(  # noqa: N815
        required=False, max_value=MAX_MINUTES, help_text="not for an establishment"
    )
    radius = serializers.FloatField(
        required=False, max_value=MAX_RADIUS_KM, help_text="kilometres, default 25"
    )
    schoolYear = serializers.CharField(required=False)  # noqa: N815


class MatchBatchSerializer(serializers.Serializer[Any]):
    questions = serializers.ListField(
        child=QuestionSerializer(), min_length=1, max_length=MAX_QUESTIONS
    )
    most = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_MOST, help_text="pairs per answer, default 20"
    )


class MatchJobSerializer(JobSerializer):
    total = serializers.IntegerField(help_text="questions")
    done = serializers.IntegerField(help_text="questions answered")


def _body(request: Request, job: MatchJob) -> dict[str, Any]:
    return job_body(request, job, "matchJobs")


class MatchBatch(APIView):
    """Up to 5,000 questions for matches, answered in the background; `Location` names the job.

    Each question is answered by itself: one that cannot be answered has a problem in the result.
    """

    # It computes and writes nothing of ours, so it needs no more than to read matches.
    scopes = {"write": "matches:read"}
    administrators_only = True

    @extend_schema(
        operation_id="startMatchJob",
        tags=["matches"],
        parameters=[IDEMPOTENCY],
        request=MatchBatchSerializer,
        responses={202: MatchJobSerializer},
        examples=[JOB_QUESTIONS, JOB],
    )
    def post(self, request: Request) -> Response:
        body = json_object(request, {"questions", "most"})
        questions = _questions(body)
        most = body.get("most", MOST)
        if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MAX_MOST:
            text = _("This is a number from 1 to %(most)s.") % {"most": MAX_MOST}
            raise BadInput([issue("most", text, str(most), place="body")])
        return once(request, lambda: self._start(request, questions, most))

    def _start(self, request: Request, questions: list[Any], most: int) -> Response:
        owner = caller_key(request)
        if MatchJob.objects.of(owner).unfinished().count() >= MAX_UNFINISHED:
            raise exceptions.Throttled(wait=30)
        job = MatchJob.objects.create(
            owner=owner,
            language=get_language() or "nl",
            questions=questions,
            most=most,
            total=len(questions),
        )
        job.refresh_from_db()
        transaction.on_commit(lambda: answer_match_job.delay(str(job.pk)))
        found = _body(request, job)
        return Response(found, status=202, headers={"Location": found["href"]})


def _questions(body: dict[str, Any]) -> list[Any]:
    questions = body.get("questions")
    if not isinstance(questions, list) or not 1 <= len(questions) <= MAX_QUESTIONS:
        text = _("Give a list of 1 to %(most)s items.") % {"most": MAX_QUESTIONS}
        raise BadInput([issue("questions", text, place="body")])
    wrong = [
        found
        for number, question in enumerate(questions)
        for found in misshapen(question, f"questions[{number}]")
    ]
    if wrong:
        raise BadInput(wrong[:100])
    return questions


class JobView(APIView):
    """A view of the caller's own jobs: another's are not there."""

    scopes = {"read": "matches:read", "write": "matches:read"}
    administrators_only = True

    def job(self, request: Request, key: str) -> MatchJob:
        try:
            return MatchJob.objects.of(caller_key(request)).defer("questions").get(pk=key)
        except (MatchJob.DoesNotExist, ValidationError):
            raise Http404 from None


class MatchJobs(JobView):
    """The caller's jobs of the last week, newest first."""

    @extend_schema(
        operation_id="listMatchJobs",
        tags=["matches"],
        parameters=PAGE_PARAMETERS,
        responses=page_serializer("MatchJobPage", MatchJobSerializer),
        examples=[
            OpenApiExample("page", value={"items": [JOB.value], "total": 1}, response_only=True)
        ],
    )
    def get(self, request: Request) -> Response:
        paging = PageQuery(form_data(request, PageQuery))
        require_valid(paging)
        page, jobs = paging.page_asked(), MatchJob.objects.of(caller_key(request))
        found = jobs.defer("questions")[page.start : page.stop]
        items = [_body(request, job) for job in found]
        return Response(page.envelope(request, items, jobs.count()))


class OneMatchJob(JobView):
    @extend_schema(
        operation_id="getMatchJob",
        tags=["matches"],
        description="How far a job is.",
        responses=MatchJobSerializer,
        examples=[JOB],
    )
    def get(self, request: Request, key: str) -> Response:
        return Response(_body(request, self.job(request, key)))


class CancelMatchJob(JobView):
    """Stop a job; its answers go. One that has ended stays as it is."""

    @extend_schema(
        operation_id="cancelMatchJob",
        tags=["matches"],
        request=None,
        responses=MatchJobSerializer,
        examples=[JOB],
    )
    def post(self, request: Request, key: str) -> Response:
        job = self.job(request, key)
        job.cancel()
        return Response(_body(request, job))


class CsvRenderer(BaseRenderer):
    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        return data


class MatchJobResult(JobView):
    """The answers as NDJSON, one a line in the order of the questions, or as CSV, a pair a line."""

    renderer_classes = [NdjsonRenderer, CsvRenderer, JSONRenderer]

    @extend_schema(
        operation_id="getMatchJobResult",
        tags=["matches"],
        responses={
            (200, NdjsonRenderer.media_type): OpenApiTypes.OBJECT,
            (200, CsvRenderer.media_type): OpenApiTypes.STR,
            409: OpenApiResponse(description="The job is not done."),
        },
        examples=JOB_RESULT_LINES,
    )
    def get(self, request: Request, key: str) -> StreamingHttpResponse:
        job = self.job(request, key)
        if job.status != JobStatus.DONE:
            raise Conflict(
                _("The job is not done: it is %(status)s.") % {"status": job.get_status_display()}
            )
        if request.accepted_renderer.media_type == CsvRenderer.media_type:
            return StreamingHttpResponse(
                _as_csv(job.answers()), content_type="text/csv; charset=utf-8"
            )
        return StreamingHttpResponse(
            (f"{json.dumps(line, ensure_ascii=False)}\n" for line in job.answers()),
            content_type=NdjsonRenderer.media_type,
        )


COLUMNS = (
    "question",
    "campus",
    "unitNumber",
    "name",
    "programme",
    "rank",
    "score",
    "distance",
    "placesFree",
    "problem",
)


def _as_csv(answers: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The lines of a CSV (RFC 4180), made one at a time."""
    yield _csv_line(COLUMNS)
    for found in answers:
        if problem := found.get("problem"):
            detail = "; ".join(f"{i['name']}: {i['detail']}" for i in problem.get("issues", ()))
            yield _csv_line((found["question"], *[""] * 8, detail or problem["detail"]))
        for item in found.get("items", ()):
            campus, place = item.get("campus", {}), item.get("establishment", {})
            yield _csv_line(
                (
                    found["question"],
                    campus.get("key", ""),
                    place.get("unitNumber", ""),
                    campus.get("name") or place.get("name", ""),
                    item["recognition"]["programme"],
                    item["rank"],
                    item["score"],
                    item["distance"],
                    item["places"].get("free", ""),
                    "",
                )
            )


def _csv_line(values: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([harmless(value) for value in values])
    return line.getvalue()
