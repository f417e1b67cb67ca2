"""What the site keeps of a user: told on a page, handed out as a file, forgotten on request.

Each app that keeps something of users registers a `Kept` when it is ready, so that this module
knows none of them. A `Kept` with `forget` is removed with the account; one without stays, and
`until` says how long and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Value
from django.utils.functional import Promise

from accounts.models import User

#: A record as it is handed out: plain values that JSON knows, with days and moments as such.
Record = dict[str, Any]


def nothing_hinders(user: User) -> str | None:
    """For what can be forgotten at any time."""
    return None


@dataclass(frozen=True)
class Kept:
    """One kind of data about a user.

    `rows` are the querysets of what is kept of a user, to be counted; `records` gives it as it is
    handed out, in a total order. `forget` removes it, or takes the person out of it. `hinders` says
    why an account cannot be deleted yet, or None.
    """

    slug: str
    title: str | Promise
    #: Why it is kept.
    purpose: str | Promise
    #: How long, in words; what becomes of it when the account is deleted.
    until: str | Promise
    rows: Callable[[User], Iterable[QuerySet[Any]]]
    records: Callable[[User], Iterable[Record]]
    #: The rule in `settings.RETENTION_DAYS` that ends it, for the number of days.
    rule: str | None = None
    forget: Callable[[User], object] | None = None
    hinders: Callable[[User], str | None] = nothing_hinders

    @property
    def days(self) -> int | None:
        """How many days it is kept; None when it ends with something else."""
        return int(settings.RETENTION_DAYS[self.rule]) if self.rule else None


_registered: dict[str, Kept] = {}


def register(kept: Kept) -> None:
    """Add a kind of data; called once for each, by the app that keeps it, when it is ready."""
    _registered[kept.slug] = kept


def kinds() -> list[Kept]:
    """All kinds: the account itself first, then in the order in which the apps registered them."""
    return sorted(_registered.values(), key=lambda kept: kept.slug != "account")


def export(user: User) -> dict[str, list[Record]]:
    """All that is kept of a user, by kind."""
    return {kept.slug: list(kept.records(user)) for kept in kinds()}


def counts(user: User) -> dict[str, int]:
    """How many records are kept of a user, by kind. One statement, whatever is kept."""
    found = Counter({kept.slug: 0 for kept in kinds()})
    first, *others = (
        rows.order_by()
        .values(_kind=Value(kept.slug))
        .annotate(_n=Count("pk"))
        .values_list("_kind", "_n")
        for kept in kinds()
        for rows in kept.rows(user)
    )
    for slug, n in first.union(*others, all=True):
        found[slug] += n
    return dict(found)


def hindrances(user: User) -> list[str]:
    """Why the account cannot be deleted yet; empty when it can."""
    found = (kept.hinders(user) for kept in kinds())
    return [str(reason) for reason in found if reason]
