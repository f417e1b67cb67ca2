"""What each role sees first."""

from typing import Any

from django.utils import timezone

from accounts.requests import UserRequest
from companies.portal.acting import acting_company
from companies.portal.claims import Claim
from companies.review.home import consultant_home
from matching.queries import DEFAULT_RADIUS_KM
from placement.for_companies.home import company_home
from placement.school_home import SchoolHome
from radar.pages.navigation import roles_of
from schools.models import SchoolYear


def home_context(request: UserRequest) -> dict[str, Any]:
    """The template variables of a user's home page, one group per role that she has.

    An administrator acts for nobody: she gets the administration, not ten thousand companies.
    """
    school_year = SchoolYear.objects.current()
    user, roles = request.user, roles_of(request, request.user)
    if user.is_superuser:
        return {"school_year": school_year}
    today = timezone.localdate()
    return {
        "school_year": school_year,
        "radius": DEFAULT_RADIUS_KM,
        "school": SchoolHome(user, school_year) if roles.coordinator else None,
        "company": company_home(acting_company(request), today) if roles.company_user else None,
        "claims": Claim.objects.open().filter(user=user).select_related("company"),
        "consultant": consultant_home(user, school_year, today) if roles.consultant else None,
    }
