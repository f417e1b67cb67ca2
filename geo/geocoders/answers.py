"""What each service's answer says in our words, and how well it fits what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geopy.location import Location

from geo.geocoders.flemish import precision_of
from geo.postal_addresses import PostalAddress, first_number, likeness, normalise
from geo.precision import LocationPrecision

#: Same house number but for a letter or a range: the door beside it.
_NEIGHBOUR = 0.95
#: Another postal code of the same municipality: long streets run through several.
_OTHER_CODE = 0.9


@dataclass(frozen=True)
class Answer:
    """A point and the address it belongs to; degrees in WGS 84."""

    longitude: float
    latitude: float
    precision: LocationPrecision
    street: str = ""
    house_number: str = ""
    postal_code: str = ""
    #: Names of the municipality and of the places in it that the answer gives.
    places: tuple[str, ...] = ()


def read_flemish(location: Location) -> Answer | None:
    """An answer of the Flemish geolocation service; None for a kind of object we do not know."""
    raw = location.raw
    precision = precision_of(raw.get("LocationType") or "")
    if precision is None:
        return None
    return Answer(
        location.longitude,
        location.latitude,
        LocationPrecision(precision),
        street=raw.get("Thoroughfarename") or "",
        house_number=raw.get("Housenumber") or "",
        postal_code=raw.get("Zipcode") or "",
        places=_names(raw, "Municipality"),
    )


def read_nominatim(location: Location) -> Answer | None:
    """An answer of Nominatim with `addressdetails`; None for what is no address, as a river."""
    raw = location.raw
    parts = raw.get("address") or {}
    kind = raw.get("addresstype") or raw.get("type") or ""
    if parts.get("house_number") and parts.get("road"):
        precision = LocationPrecision.HOUSE_NUMBER
    elif kind == "road" or raw.get("class") == "highway":
        precision = LocationPrecision.STREET
    elif kind == "postcode":
        precision = LocationPrecision.POSTAL_CODE
    elif kind in ("city", "town", "village", "municipality"):
        precision = LocationPrecision.MUNICIPALITY
    else:
        return None
    return Answer(
        location.longitude,
        location.latitude,
        precision,
        street=parts.get("road") or "",
        house_number=parts.get("house_number") or "",
        postal_code=parts.get("postcode") or "",
        places=_names(parts, "municipality", "city", "town", "village", "suburb"),
    )


def read_photon(location: Location) -> Answer | None:
    """An answer of Photon; None for what is no address."""
    parts = location.raw.get("properties") or {}
    kind = parts.get("type") or ""
    street = parts.get("street") or ""
    if street and parts.get("housenumber"):
        precision = LocationPrecision.HOUSE_NUMBER
    elif street or kind == "street":
        precision = LocationPrecision.STREET
        street = street or parts.get("name") or ""
    elif parts.get("osm_value") == "postcode":
        precision = LocationPrecision.POSTAL_CODE
    elif kind == "city":
        precision = LocationPrecision.MUNICIPALITY
    else:
        return None
    names = ("city", "district", "locality", *(("name",) if kind == "city" else ()))
    return Answer(
        location.longitude,
        location.latitude,
        precision,
        street=street,
        house_number=parts.get("housenumber") or "",
        postal_code=parts.get("postcode") or "",
        places=_names(parts, *names),
    )


def read_gazetteer(location: Location) -> Answer:
    """An answer of our own gazetteer."""
    raw = location.raw
    return Answer(
        location.longitude,
        location.latitude,
        LocationPrecision(raw["precision"]),
        postal_code=raw["postal_code"],
        places=_names(raw, "municipality", "name"),
    )


def _names(raw: Mapping[str, str | None], *fields: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for field in fields if (name := raw.get(field))))


def fit(asked: PostalAddress, answer: Answer) -> tuple[LocationPrecision, float]:
    """What an answer is worth for the address that was asked: its precision, and a score 0 to 1.

    The score is how alike the two addresses are as far as the precision goes. A house number that
    was not asked, or another than was asked, makes the point one of the street.
    """
    place = _place_score(asked, answer)
    if answer.precision not in (LocationPrecision.HOUSE_NUMBER, LocationPrecision.STREET):
        return answer.precision, place
    score = place * likeness(asked.street, answer.street)
    if answer.precision == LocationPrecision.STREET:
        return answer.precision, score
    wanted, found = normalise(asked.house_number), normalise(answer.house_number)
    if wanted.replace(" ", "") == found.replace(" ", ""):
        return answer.precision, score
    if (number := first_number(wanted)) and number == first_number(found):
        return answer.precision, score * _NEIGHBOUR
    return LocationPrecision.STREET, score


def _place_score(asked: PostalAddress, answer: Answer) -> float:
    if asked.postal_code and asked.postal_code == answer.postal_code:
        return 1.0
    names = max(
        (likeness(one, other) for one in asked.municipalities for other in answer.places),
        default=0.0,
    )
    if not (asked.postal_code and answer.postal_code):
        return names
    # Two codes that differ: near names are then two municipalities, and not a slip of the pen.
    return _OTHER_CODE if names == 1.0 else 0.0
