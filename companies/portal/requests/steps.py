"""The steps of a request, and what each still lacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.eligibility import obstacles_to_request
from companies.portal.requests.conditions import unanswered, unmet
from companies.portal.requests.models import ASKED, DocumentKind, RecognitionRequest


@dataclass(frozen=True)
class Step:
    """A step: its part of the address, its title, and what a request lacks in it."""

    slug: str
    title: Any
    lacks: Callable[[RecognitionRequest, date], list[str]]
    #: Whether somebody filled in anything, for a step that can stay empty.
    filled: Callable[[RecognitionRequest], bool] = lambda request: True


def _programme(request: RecognitionRequest, today: date) -> list[str]:
    if not request.is_draft:
        return []
    found = obstacles_to_request(request.establishment, request.programme, today)
    return [" ".join(error.messages) for error in found]


def _mentors(request: RecognitionRequest, today: date) -> list[str]:
    return [] if request.mentors.all() else [_("Name at least one mentor.")]


def _scan(request: RecognitionRequest, today: date) -> list[str]:
    open_ones = unanswered(request.answers)
    lacking = [_("Answer all questions of the self-scan.")] if open_ones else []
    return lacking + [
        _("No partnership recognises while this is not met: %(condition)s.")
        % {"condition": str(condition.title).lower()}
        for condition in unmet(request.answers)
    ]


def asked_documents(request: RecognitionRequest) -> list[DocumentKind]:
    """The kinds of documents without which the request is not complete."""
    sector = request.establishment.company.sector
    asked = list(ASKED.get(sector.slug, ())) if sector else []
    return [*asked, DocumentKind.MANDATE] if request.school_id else asked


def _documents(request: RecognitionRequest, today: date) -> list[str]:
    there = {document.kind for document in request.documents.all() if document.file}
    return [
        _("Add this document: %(kind)s.") % {"kind": kind.label}
        for kind in asked_documents(request)
        if kind not in there
    ]


STEPS = (
    Step("opleiding", gettext_lazy("Programme and establishment"), _programme),
    Step("mentoren", gettext_lazy("Mentors"), _mentors),
    Step("zelfscan", gettext_lazy("Self-scan"), _scan),
    Step("documenten", gettext_lazy("Documents"), _documents, lambda r: bool(r.documents.all())),
    Step(
        "overzicht",
        gettext_lazy("Summary and declaration"),
        lambda request, today: [],
        lambda request: not request.is_draft,
    ),
)
SUMMARY = STEPS[-1].slug


@dataclass(frozen=True)
class Progress:
    """A step of a request at hand: what it lacks, and whether it is the one on screen."""

    step: Step
    number: int
    lacks: list[str]
    current: bool
    #: Whether there is something in it and it lacks nothing.
    done: bool


def progress(request: RecognitionRequest, slug: str = "") -> list[Progress]:
    """Every step of a request, with what it lacks today."""
    today = timezone.localdate()
    return [
        Progress(step, number, lacks, step.slug == slug, not lacks and step.filled(request))
        for number, step in enumerate(STEPS, 1)
        for lacks in [step.lacks(request, today)]
    ]


def next_step(request: RecognitionRequest) -> str:
    """The first step that lacks something; the summary when none does."""
    return next((p.step.slug for p in progress(request) if p.lacks), SUMMARY)
