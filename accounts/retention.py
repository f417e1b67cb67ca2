"""What is kept no longer than it is needed: each app registers its rules, a task applies them.

How long comes from `settings.RETENTION_DAYS`, so that a rule, the page that tells users and the
documentation name one number.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """What becomes of something once it is `days` old.

    `apply` gets the last day that is kept no longer, and gives how many records it touched.
    """

    slug: str
    title: str | Promise
    apply: Callable[[date], int]

    @property
    def days(self) -> int:
        return int(settings.RETENTION_DAYS[self.slug])


_rules: dict[str, Rule] = {}


def register(rule: Rule) -> None:
    """Add a rule; called once for each, by the app that owns the data, when it is ready."""
    _rules[rule.slug] = rule


def rules() -> list[Rule]:
    return list(_rules.values())


def apply_all(today: date, *, rehearse: bool = False) -> dict[str, int]:
    """Apply every rule, each in its own transaction. Gives how many records each touched.

    A rehearsal undoes each rule again. A rule that fails is logged, and keeps no other from its
    work; the last error is raised at the end, so that the task shows as failed.
    """
    touched: dict[str, int] = {}
    failed: Exception | None = None
    for rule in rules():
        try:
            with transaction.atomic():
                touched[rule.slug] = rule.apply(today - timedelta(days=rule.days))
                transaction.set_rollback(rehearse)
        except Exception as error:
            logger.exception("The retention rule %s failed", rule.slug)
            failed = error
    logger.info("Retention: %s", touched)
    if failed:
        raise failed
    return touched
