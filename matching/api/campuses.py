"""Which campuses a caller of the API may ask about."""

from django.http import Http404
from rest_framework.request import Request

from schools.models import Campus, CampusQuerySet


def campuses_with(request: Request, key: str) -> CampusQuerySet:
    """The campuses the caller may read, when the one with this key is among them; else 404."""
    campuses = Campus.objects.readable_by(request.user)
    try:
        campuses.keyed(key)
    except Campus.DoesNotExist:
        raise Http404 from None
    return campuses
