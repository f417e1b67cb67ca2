"""What goes after a while: documents some time after the decision, and drafts nobody works on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from companies.portal.requests.actions import discard
from companies.portal.requests.models import RecognitionRequest, RequestDocument

#: A file without a line in the database is no upload under way after this long.
_STRAY_AFTER = timedelta(days=1)


def delete_documents(today: date) -> int:
    """Delete the files of documents whose time has come; how many."""
    documents = list(RequestDocument.objects.due_for_deletion(today))
    for document in documents:
        document.delete_file(today)
    return len(documents)


def delete_drafts(now: datetime) -> int:
    """Delete drafts that nobody changed for `DRAFT_KEPT_DAYS`, with their documents; how many."""
    old = now - timedelta(days=settings.DRAFT_KEPT_DAYS)
    drafts = list(RecognitionRequest.objects.drafts().filter(changed_at__lt=old))
    for draft in drafts:
        discard(draft)
    return len(drafts)


def delete_strays(now: datetime) -> int:
    """Delete files that no document names, left by what was rolled back; how many."""
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


def clean_up() -> dict[str, int]:
    """All of it, with how much of each went."""
    now = timezone.now()
    return {
        "documents": delete_documents(timezone.localdate(now)),
        "drafts": delete_drafts(now),
        "strays": delete_strays(now),
    }
