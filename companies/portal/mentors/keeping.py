"""Keeping mentors: added, changed, and removed without a trace of the person."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from companies.models import Company, Mentor


def mentors_of(company: Company) -> QuerySet[Mentor]:
    """The mentors of a company who were not removed, with `n_agreements` of each."""
    return (
        Mentor.objects.present()
        .filter(establishment__company=company, establishment__stopped_on__isnull=True)
        .select_related("establishment")
        .annotate(n_agreements=Count("agreements"))
        .order_by("establishment__name", "establishment", "name", "pk")
    )


@transaction.atomic
def remove(mentor: Mentor) -> None:
    """Forget a mentor. Where agreements name her, an unnamed record stays; twice is once."""
    kept = Mentor.objects.select_for_update().get(pk=mentor.pk)
    if kept.agreements.exists():
        kept.name, kept.email = str(_("removed mentor")), ""
        kept.years_of_experience = kept.trained_on = kept.training_due_on = None
        kept.is_removed = True
        kept.save()
    else:
        kept.delete()
    audit.forget(Mentor, mentor.pk, str(_("removed mentor")))
