"""The link in a message with which an establishment answers, without an account.

It is signed, works for a limited time, answers one approach, and once: each sending makes a new
secret, and an answer ends it.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core import signing

from companies.approaches import ANSWER_LINK_DAYS, Approach

_SALT = "companies.answer"


class AnswerLinkError(Exception):
    """The link answers nothing; `reason` is `altered`, `expired` or `used`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def renew(approach: Approach) -> None:
    """Give an approach a new secret, so that earlier links stop working. Not saved."""
    approach.link_key = secrets.token_urlsafe(12)


def token_of(approach: Approach) -> str:
    """The text that stands in the link."""
    return signing.dumps([approach.pk, approach.link_key], salt=_SALT)


def read(token: str, *, lock: bool = False) -> Approach:
    """The approach that a link may answer, locked if asked. Raises AnswerLinkError."""
    try:
        pk, key = signing.loads(token, salt=_SALT, max_age=timedelta(days=ANSWER_LINK_DAYS))
    except signing.SignatureExpired:
        raise AnswerLinkError("expired") from None
    except (signing.BadSignature, ValueError, TypeError):
        raise AnswerLinkError("altered") from None
    approaches = Approach.objects.answerable()
    if lock:
        approaches = approaches.select_for_update(of=("self",))
    names = "campus__school", "establishment__company", "programme", "coordinator"
    approach = approaches.select_related(*names).filter(pk=pk).first()
    if not key or approach is None or not secrets.compare_digest(approach.link_key, key):
        raise AnswerLinkError("used")
    return approach
