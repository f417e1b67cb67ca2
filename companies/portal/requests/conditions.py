"""The conditions for a recognition (erkenningsvoorwaarden), as a company scans itself on them.

They are those of the Flemish partnership for dual learning: of the establishment and of its
mentor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Answer(models.TextChoices):
    """How far a condition is met."""

    YES = "yes", _("yes")
    LATER = "later", _("not yet, but before the start")
    NO = "no", _("no")


@dataclass(frozen=True)
class Condition:
    """A condition: a short name, and what is asked."""

    slug: str
    title: Any
    question: Any
    #: Whether it can be met later, before the pupil starts.
    can_wait: bool = True


CONDITIONS = (
    Condition(
        "activities",
        _("Activities"),
        _("Does all that the activity list of the programme names occur at this establishment?"),
    ),
    Condition(
        "equipment",
        _("Equipment"),
        _("Are the machines, tools and rooms there that the training plan asks for?"),
    ),
    Condition(
        "organisation",
        _("Organisation"),
        _("Does the work leave time to guide a pupil, between 6:00 and 20:00?"),
    ),
    Condition(
        "finances",
        _("Finances"),
        _("Can the company bear the pupil's monthly pay and the hours of guidance?"),
        can_wait=False,
    ),
    Condition(
        "convictions",
        _("Convictions"),
        _(
            "Is the company free of convictions under labour or social security law that endanger "
            "its continuity?"
        ),
        can_wait=False,
    ),
    Condition(
        "age",
        _("Age of the mentor"),
        _("Is the mentor 25 or older, or 23 or older with proof of prior training?"),
        can_wait=False,
    ),
    Condition(
        "experience",
        _("Experience of the mentor"),
        _(
            "Does the mentor have five years of practice in the occupation, or less with proof of "
            "prior training?"
        ),
        can_wait=False,
    ),
    Condition(
        "conduct",
        _("Conduct of the mentor"),
        _("Is there an extract 596.2 of the criminal record of the mentor, at most a year old?"),
    ),
    Condition(
        "training",
        _("Mentor training"),
        _("Has the mentor followed a mentor training, or will that be within a year?"),
    ),
)


def unmet(answers: Mapping[str, str]) -> list[Condition]:
    """The conditions that are answered in a way in which no partnership recognises."""
    return [
        condition
        for condition in CONDITIONS
        if answers.get(condition.slug) == Answer.NO
        or (answers.get(condition.slug) == Answer.LATER and not condition.can_wait)
    ]


def unanswered(answers: Mapping[str, str]) -> list[Condition]:
    """The conditions that are not answered yet."""
    return [c for c in CONDITIONS if answers.get(c.slug) not in Answer.values]
