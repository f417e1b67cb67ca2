"""How the API tells how far a job in the background is: the same for every kind of job."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from matching.jobs import Job, JobStatus


# No docstring: the published document would show it under every kind of job.
class JobSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    href = serializers.URLField()
    status = serializers.ChoiceField(choices=JobStatus.values)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    createdAt = serializers.DateTimeField()  # noqa: N815
    finishedAt = serializers.DateTimeField(required=False)  # noqa: N815
    expiresAt = serializers.DateTimeField(help_text="then it is gone")  # noqa: N815
    result = serializers.URLField(required=False, help_text="when it is done")


def job_body(request: Request, job: Job, collection: str) -> dict[str, Any]:
    """The body of a job in `/api/v1/{collection}`, in the shape of `JobSerializer`."""
    href = request.build_absolute_uri(f"/api/v1/{collection}/{job.pk}")
    body: dict[str, Any] = {
        "id": str(job.pk),
        "href": href,
        "status": job.status,
        "total": job.total,
        "done": job.done,
        "createdAt": job.created_at,
        "expiresAt": job.expires_at,
    }
    if job.finished_at:
        body["finishedAt"] = job.finished_at
    if job.is_done:
        body["result"] = f"{href}/result"
    return body
