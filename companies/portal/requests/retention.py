"""What is kept of requests, and when it goes: documents after the decision, and drafts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit, personal_data, retention
from accounts.models import User
from accounts.personal_data import Kept, Record
from accounts.retention import Rule
from companies.portal.requests.actions import discard
from companies.portal.requests.models import RecognitionRequest, RequestDocument, RequestMentor

#: A file without a line in the database is no upload under way after this long.
_STRAY_AFTER = timedelta(days=1)


def end_documents(last: date) -> int:
    """Delete the files of requests that were decided on by a day; how many.

    Files that no document names go too: what was rolled back left them.
    """
    documents = list(RequestDocument.objects.decided_by(last))
    for document in documents:
        document.delete_file(timezone.localdate())
    transaction.on_commit(lambda: delete_strays(timezone.now()))
    return len(documents)


def end_drafts(last: date) -> int:
    """Delete drafts that nobody changed after a day, with their documents; how many."""
    drafts = list(RecognitionRequest.objects.drafts().filter(changed_at__date__lte=last))
    for draft in drafts:
        discard(draft)
    return len(drafts)


def delete_strays(now: datetime) -> int:
    """Delete files that no document names; how many."""
    if not default_storage.exists("documents"):
        return 0
    known = set(RequestDocument.objects.kept().values_list("file", flat=True))
    gone = 0
    for name in default_storage.listdir("documents")[1]:
        path = f"documents/{name}"
        if path in known or default_storage.get_modified_time(path) > now - _STRAY_AFTER:
            continue
        default_storage.delete(path)
        gone += 1
    return gone


def _made_by(user: User) -> QuerySet[RecognitionRequest]:
    return RecognitionRequest.objects.filter(Q(created_by=user) | Q(declared_by=user))


def _requests(user: User) -> Iterator[Record]:
    """The requests that a user made or declared to be true."""
    for request in _made_by(user).select_related("establishment", "programme").order_by("pk"):
        yield {
            "establishment": request.establishment.unit_number,
            "programme": request.programme.number,
            "made_at": request.created_at,
            "declared_at": request.declared_at if request.declared_by_id == user.pk else None,
        }


def register() -> None:
    """Tell what is kept, what ends, and whose changes are noted."""
    personal_data.register(
        Kept(
            "requests",
            _("Requests for recognition that you made or declared to be true"),
            _("To show who asked, to the company and the partnership."),
            _("As long as the recognition. Your name leaves it with your account."),
            lambda user: [_made_by(user)],
            _requests,
        )
    )
    retention.register(
        Rule(
            "request_documents",
            _("Documents of requests for recognition, after the decision"),
            end_documents,
        )
    )
    retention.register(
        Rule("request_drafts", _("Requests that were never sent, once left alone"), end_drafts)
    )
    audit.watch(RequestMentor, "request", "name", "email", masked=("email",))
    audit.watch(RequestDocument, "request", "kind", "deleted_on")
