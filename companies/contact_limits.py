"""How often schools may turn to one establishment: two guards that warn before they write or ring.

Companies that are asked too often stop answering; so the contacts of all schools together are held
to a number a month, and no second school should ring in the week of the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from companies.approaches import Approach
from companies.establishments import CompanySize, Establishment

#: Contacts a month by the size of the company; one of unknown size is taken for a small one.
CAPS = {CompanySize.SMALL: 2, CompanySize.MIDDLE: 6, CompanySize.LARGE: 8}
MONTH, WEEK = timedelta(days=30), timedelta(days=7)


@dataclass(frozen=True)
class ContactGuard:
    """What to know before turning to an establishment."""

    #: Contacts of all schools in the last thirty days, and the most that there should be.
    contacts: int
    cap: int
    #: The last day on which another school made contact, if that was within a week.
    other_school_on: date | None

    @property
    def is_full(self) -> bool:
        return self.contacts >= self.cap

    @property
    def warns(self) -> bool:
        return self.is_full or self.other_school_on is not None


def contact_guards(
    establishments: Collection[Establishment], school: int, today: date
) -> dict[int, ContactGuard]:
    """The guards per establishment (primary key), for a school (primary key), in one query.

    The companies of the establishments should have been fetched with them.
    """
    recent = (
        Approach.objects.filter(establishment__in=establishments)
        .sent_since(today - MONTH)
        .order_by()
        .values_list("establishment", "campus__school", "sent_on")
    )
    contacts: Counter[int] = Counter()
    others: dict[int, date] = {}
    for establishment, of, sent_on in recent:
        contacts[establishment] += 1
        if of != school and sent_on is not None and sent_on > today - WEEK:
            others[establishment] = max(sent_on, others.get(establishment, sent_on))
    return {
        place.pk: ContactGuard(
            contacts[place.pk],
            CAPS[CompanySize(place.company.size or CompanySize.SMALL)],
            others.get(place.pk),
        )
        for place in establishments
    }
