"""Asking companies twice a year whether what they said still holds, by one link."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation

from companies.models import Company, CompanyMembership
from companies.portal.places.models import ConfirmationRequest
from radar.web import mail
from schools.models import SchoolYear

#: A link works until the next mail comes.
LINK_AGE = timedelta(days=190)
#: A company that said so, or was asked, this recently is not asked.
RECENT = timedelta(days=60)
SALT = "portal.confirm-places"


def link_of(company: Company) -> str:
    """The signed part of the address with which a company confirms its places."""
    return signing.dumps(company.pk, salt=SALT)


def company_of(link: str) -> Company | None:
    """Whose link this is; None for one that was altered, that expired, or of a stopped company."""
    try:
        pk = signing.loads(link, salt=SALT, max_age=LINK_AGE)
    except signing.BadSignature:
        return None
    return Company.objects.active().filter(pk=pk).first()


def companies_to_ask(today: date) -> Iterator[Company]:
    """The companies that said how many places they have, and not just now."""
    this = SchoolYear.objects.current(today).starts_in
    yield from (
        Company.objects.active()
        .filter(
            establishments__recognitions__workplaces__school_year__in=(this, this + 1),
            establishments__recognitions__workplaces__places_offered__isnull=False,
        )
        .annotate(last=Max("establishments__recognitions__workplaces__confirmed_on"))
        .exclude(last__gt=today - RECENT)
        .exclude(confirmation_request__asked_on__gt=today - RECENT)
        .order_by("pk")
        .iterator(chunk_size=500)
    )


@transaction.atomic
def ask(company: Company, today: date) -> int:
    """Mail the company's users, or its own address where it has none. How many mails.

    That it was asked is kept with the mails: nobody is asked twice in a round.
    """
    kept, made = ConfirmationRequest.objects.select_for_update().get_or_create(
        company=company, defaults={"asked_on": today}
    )
    if not made and kept.asked_on > today - RECENT:
        return 0
    kept.asked_on = today
    kept.save(update_fields=["asked_on"])
    users = [
        (membership.user.email, membership.user.language)
        for membership in CompanyMembership.objects.filter(
            company=company, user__is_active=True
        ).select_related("user")
    ]
    readers = users or [(company.email, "nl")] * bool(company.email)
    link = link_of(company)
    for email, language in readers:
        with translation.override(language):
            address = reverse("confirm-places", args=[link])
        mail.send(
            "confirm_places", email, {"company": company, "address": address}, language=language
        )
    return len(readers)
