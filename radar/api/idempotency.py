"""`Idempotency-Key`: what a client sends twice is done once, and answered twice the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from radar.api.callers import caller_key
from radar.api.models import IdempotentCall
from radar.api.problems import BadInput, issue

HEADER = "Idempotency-Key"
#: How long an answer is kept for a client that asks again.
KEPT = timedelta(hours=24)


class KeyReused(exceptions.APIException):
    """422: this key was used for something else."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    belgif_type = "idempotencyKeyReused"

    def __init__(self) -> None:
        super().__init__(_("This key was used for another request: take a new one."))


@transaction.atomic
def once(request: Request, act: Callable[[], Response]) -> Response:
    """Do it, in one transaction with the note that it was done; or answer as the first time.

    A second call that comes in while the first is at work waits for it. A call that fails leaves no
    note: it can be tried again with the same key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not re.fullmatch(r"[\x21-\x7e]{1,100}", key):
        text = _("A key has 1 to 100 visible ASCII characters.")
        raise BadInput([issue(HEADER, text, place="header")])
    sent = json.dumps([request.method, request.path, request.data], sort_keys=True)
    fingerprint = sha256(sent.encode()).hexdigest()
    call, is_new = IdempotentCall.objects.get_or_create(
        caller=caller_key(request),
        key=key,
        defaults={"fingerprint": fingerprint},
    )
    if not is_new:
        if call.fingerprint != fingerprint:
            raise KeyReused
        return Response(call.body, status=call.status, headers=call.headers)
    response = act()
    call.status = response.status_code
    call.body = json.loads(json.dumps(response.data, cls=JSONEncoder))
    call.headers = {name: response[name] for name in ("ETag", "Location") if name in response}
    call.save()
    return response


def prune() -> int:
    """Drop the notes that are kept long enough; how many."""
    return IdempotentCall.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
