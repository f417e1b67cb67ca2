"""Where a search starts: a municipality, a postal code or an address that somebody types."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.contrib.postgres.search import TrigramSimilarity
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Upper
from django.utils.translation import gettext_lazy as _

from geo.coordinates import WGS84
from geo.geocoders.chain import configured
from geo.models import Municipality, PostalCode
from geo.postal_addresses import PostalAddress
from geo.precision import ROUGH, LocationPrecision

#: What a geocoder said is kept this long, in the cache only: it may be where a pupil lives.
CACHE_SECONDS = 86_400
#: A name of a place less alike than this is another place.
LEAST_LIKENESS = 0.45

#: Without a house number only a comma tells a street from a place of two words.
_STREET = re.compile(
    r"(?P<street>[^\d,]+?)(?:\s+(?P<number>\d+\s*[A-Za-z]?(?:[-/]\d+)?))?(?(number)\s*,?|\s*,)\s*"
    r"(?P<code>[1-9]\d{3})?\s*(?P<town>[^\d,]*)"
)
_PLACE = re.compile(r"(?P<code>[1-9]\d{3})?\s*(?P<town>[^\d,]*)")


@dataclass(frozen=True)
class Start:
    """A place to start from: what to call it, and how sure its point is. Degrees, WGS 84."""

    label: str
    longitude: float
    latitude: float
    precision: LocationPrecision

    @property
    def point(self) -> Point:
        return Point(self.longitude, self.latitude, srid=WGS84)

    @property
    def is_rough(self) -> bool:
        return self.precision in ROUGH


def find_start(text: str) -> Start:
    """The place that a text means: `Gent`, `9000`, `9000 Gent`, `Korenmarkt 1, 9000 Gent`.

    A name with a typing error stands for the name most like it. Raises ValidationError for a place
    that nobody knows.
    """
    text = " ".join(text.split())
    if place := _PLACE.fullmatch(text):
        found = _place(place["code"] or "", place["town"].strip())
    elif street := _STREET.fullmatch(text):
        found = _address(text, street)
    else:
        found = None
    if found is None:
        raise ValidationError(
            _("Nobody knows this place: give a municipality, a postal code or an address in full."),
            code="unknown",
        )
    return found


def _place(code: str, name: str) -> Start | None:
    """A postal code or a name of today or before, offline; the code decides where both are given.

    One query.
    """
    if code:
        places = list(PostalCode.objects.filter(code=code, point__isnull=False))
        places.sort(key=lambda place: place.place_name.casefold() != name.casefold())
        for place in places[:1]:
            label = f"{place.code} {place.place_name}"
            return _start(label, place.point, LocationPrecision.POSTAL_CODE)
        return None
    towns = Municipality.objects.filter(point__isnull=False).annotate(
        likeness=TrigramSimilarity(Upper("name"), name.upper()),
        order=Case(When(name__iexact=name, then=0), default=2),
        label=F("name"),
        precision=Value(LocationPrecision.MUNICIPALITY),
        # Of two with one name the one of today; of two as much alike the larger.
        last=Case(When(order=0, then=Coalesce("merged_into_id", 0)), default=-F("population")),
    )
    villages = PostalCode.objects.filter(point__isnull=False, place_name__iexact=name).annotate(
        likeness=Value(1.0),
        order=Value(1),
        label=Concat("code", Value(" "), "place_name"),
        precision=Value(LocationPrecision.POSTAL_CODE),
        last=Cast("code", IntegerField()),
    )
    columns = ("order", "likeness", "last", "label", "point", "precision")
    found = (
        towns.filter(Q(order=0) | Q(likeness__gte=LEAST_LIKENESS))
        .values_list(*columns)
        .union(villages.values_list(*columns), all=True)
        .order_by("order", "-likeness", "last")
        .first()
    )
    if found is None:
        return None
    *_, label, point, precision = found
    return _start(label, point, LocationPrecision(precision))


def _start(label: str, point: Point | None, precision: LocationPrecision) -> Start | None:
    return None if point is None else Start(label, point.x, point.y, precision)


def _address(text: str, parts: re.Match[str]) -> Start | None:
    """An address, asked of the geocoders in the settings; without an answer, its place."""
    code, town = parts["code"] or "", parts["town"].strip()
    if not (code or town):
        return None
    key = "placement.start:" + hashlib.sha256(text.casefold().encode()).hexdigest()
    found: Start | None = cache.get(key)
    if found is None:
        found = _asked(text, parts) or _place(code, town)
        if found:
            cache.set(key, found, CACHE_SECONDS)
    return found


def _asked(text: str, parts: re.Match[str]) -> Start | None:
    address = PostalAddress(
        street=parts["street"].strip(),
        house_number=parts["number"] or "",
        postal_code=parts["code"] or "",
        municipalities=(parts["town"].strip(),) if parts["town"].strip() else (),
    )
    with configured(hurried=True) as chain:
        finding = chain.find(address).finding
    if finding is None:
        return None
    return Start(text, finding.longitude, finding.latitude, finding.precision)
