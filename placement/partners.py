"""The companies that train pupils of a school (partners), and their recognitions that lapse."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import User
from companies.models import Agreement, AgreementStatus, Recognition
from companies.recognitions import RecognitionQuerySet
from schools.models import School

#: A recognition that ends within this time is about to lapse: a renewal is asked and decided, and
#: the school can look for another place.
SOON = timedelta(days=183)


def lapsing_recognitions(user: User, today: date) -> RecognitionQuerySet:
    """Recognitions about to end, of establishments that train or will train pupils of the user's
    schools for the programme.
    """
    trained = Agreement.objects.filter(
        campus__school__in=School.objects.of(user),
        status__in=(AgreementStatus.PLANNED, AgreementStatus.RUNNING),
    )
    return Recognition.objects.valid_on(today).filter(
        pk__in=trained.order_by().values("workplace__recognition"),
        valid_until__lte=today + SOON,
    )
