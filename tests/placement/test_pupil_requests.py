"""Pupils to place: what the database holds, and who sees them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from placement.models import PupilRequest, PupilRequestStatus
from tests.factories import (
    TODAY,
    AgreementFactory,
    PupilRequestFactory,
    SchoolMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def test_a_reference_is_searched_for_once_at_a_time() -> None:
    first = PupilRequestFactory()
    again = {
        "campus": first.campus,
        "school_year": first.school_year,
        "reference": first.reference,
    }
    with pytest.raises(IntegrityError, match="pupilrequest_unique_reference"), transaction.atomic():
        PupilRequestFactory(**again)
    first.move(TODAY)
    first.save()
    PupilRequestFactory(**again)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"closed_on": TODAY}, "pupilrequest_closed_has_day"),
        ({"status": "moved"}, "pupilrequest_closed_has_day"),
        ({"placed": True, "closed_on": TODAY - timedelta(days=9)}, "pupilrequest_days_in_order"),
        ({"extended_on": TODAY - timedelta(days=9)}, "pupilrequest_days_in_order"),
    ],
)
def test_the_database_refuses(values: dict[str, object], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        PupilRequestFactory(**values)


def test_an_agreement_ends_the_search_and_may_be_taken_back() -> None:
    request = PupilRequestFactory()
    with pytest.raises(IntegrityError, match="agreement_when_placed"), transaction.atomic():
        PupilRequest.objects.filter(pk=request.pk).update(agreement=AgreementFactory())
    request.place(TODAY, AgreementFactory(campus=request.campus))
    request.save()
    assert PupilRequest.objects.placed().get() == request
    request.reopen()
    request.save()
    request.refresh_from_db()
    assert (request.status, request.closed_on) == (PupilRequestStatus.OPEN, None)
    assert request.agreement is None


def test_a_coordinator_has_her_own_schools_pupils() -> None:
    request, other = PupilRequestFactory(), PupilRequestFactory()
    user = SchoolMembershipFactory(school=request.campus.school).user
    assert list(PupilRequest.objects.of(user)) == [request]
    assert set(PupilRequest.objects.of(UserFactory(administrator=True))) == {request, other}
