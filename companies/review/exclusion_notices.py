"""Who is told of an exclusion: the company, and the schools whose pupils are there."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from companies.exclusions import Consequences
from companies.models import Exclusion
from companies.notices import company_readers, school_readers
from radar.web import mail


def tell_of_exclusion(exclusion: Exclusion, left: Consequences) -> None:
    """Mail the company why and for how long, and each school which agreements it must end."""
    unit = exclusion.establishment
    company = unit.company if unit else exclusion.company
    what = {"target": unit or company, "exclusion": exclusion, "left": left}
    for reader in company_readers(company, unit) if company else []:
        with translation.override(reader.language):
            url = settings.SITE_URL + reverse("recognitions")
        mail.send("excluded", reader.email, {**what, "url": url}, language=reader.language)
    for school in left.schools():
        theirs = [a for a in left.agreements if a.campus.school_id == school.pk]
        for reader in school_readers(school):
            context = {**what, "agreements": theirs}
            mail.send("agreements_to_end", reader.email, context, language=reader.language)
