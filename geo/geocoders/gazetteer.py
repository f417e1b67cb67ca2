"""Our own municipalities and postal codes as a geopy geocoder: rough, but it needs no network."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from geo.coordinates import Floats, to_lambert
from geo.models import Municipality, PostalCode
from geo.postal_addresses import normalise

__all__ = ("Gazetteer", "Place")


@dataclass(frozen=True)
class Place:
    """A municipality, or a place that a postal code serves; degrees in WGS 84."""

    name: str
    postal_code: str
    #: Name and code of the municipality of today.
    municipality: str
    nis_code: str
    longitude: float
    latitude: float

    @property
    def precision(self) -> str:
        return "postal_code" if self.postal_code else "municipality"

    @property
    def location(self) -> Location:
        words = [self.postal_code, self.name]
        if normalise(self.municipality) != normalise(self.name):
            words.append(f"({self.municipality})")
        raw = asdict(self) | {"precision": self.precision}
        return Location(" ".join(filter(None, words)), (self.latitude, self.longitude), raw)


class Gazetteer(Geocoder):
    """Geocoder over postal codes and municipalities, those that merged included.

    It knows no streets: of an address it reads the postal code and the place. Give the places, or
    they come from the database the first time they are needed. It never raises an error of the
    network.
    """

    def __init__(self, places: Iterable[Place] | None = None) -> None:
        super().__init__()
        if places is not None:
            self._places = tuple(places)

    @cached_property
    def _places(self) -> tuple[Place, ...]:
        codes = PostalCode.objects.select_related("municipality__merged_into")
        municipalities = Municipality.objects.select_related("merged_into")
        return tuple(
            Place(row.place_name, row.code, today.name, today.nis_code, row.point.x, row.point.y)
            for row in codes.order_by("code", "place_name", "pk")
            if row.point and (today := row.municipality.today)
        ) + tuple(
            Place(row.name, "", today.name, today.nis_code, row.point.x, row.point.y)
            for row in municipalities.order_by("nis_code")
            if row.point and (today := row.today)
        )

    @cached_property
    def _by_code(self) -> Mapping[str, list[Place]]:
        """Per postal code its places, the one that gives the municipality its name first."""
        found: dict[str, list[Place]] = defaultdict(list)
        for place in self._places:
            if place.postal_code:
                found[place.postal_code].append(place)
        for places in found.values():
            places.sort(key=lambda place: normalise(place.name) != normalise(place.municipality))
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, list[Place]]:
        """Per name the municipality of that name first, then the places."""
        found: dict[str, list[Place]] = defaultdict(list)
        for place in self._places:
            found[normalise(place.name)].append(place)
        for places in found.values():
            places.sort(key=lambda place: place.postal_code)
        return found

    @cached_property
    def _metres(self) -> Floats:
        return np.array(
            [to_lambert(place.longitude, place.latitude) for place in self._places]
        ).reshape(-1, 2)

    def geocode(
        self,
        query: str | Mapping[str, str],
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
    ) -> Any:
        """
        Return a place by address.

        :param query: The address as text, ending in a postal code, a place or both; or a mapping
            with ``postalcode`` and ``city``, as for :class:`geopy.geocoders.Nominatim`.
        :type query: dict or str

        :param bool exactly_one: Return one result or a list of results, if available.

        :param int timeout: Not used.

        :param int limit: Most results to return, no limit by default.

        :rtype: ``None``, :class:`geopy.location.Location` or a list of them, if
            ``exactly_one=False``.
        """
        if isinstance(query, Mapping):
            code, name = query.get("postalcode") or "", query.get("city") or ""
        else:
            code, name = self._parse_query(query)
        return self._answer(self._find(code.strip(), normalise(name)), exactly_one, limit)

    def reverse(
        self,
        query: Any,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
    ) -> Any:
        """
        Return the places nearest to a point, of those with a postal code.

        :param query: The coordinates.
        :type query: :class:`geopy.point.Point`, list or tuple of ``(latitude, longitude)``, or
            string as ``"%(latitude)s, %(longitude)s"``.

        :param bool exactly_one: Return one result or a list of results, if available.

        :param int timeout: Not used.

        :param int limit: Most results to return, five by default.

        :rtype: ``None``, :class:`geopy.location.Location` or a list of them, if
            ``exactly_one=False``.
        """
        point = query if isinstance(query, Point) else Point(query)
        x, y = to_lambert(point.longitude, point.latitude)
        metres = np.hypot(self._metres[:, 0] - x, self._metres[:, 1] - y)
        nearest = (self._places[index] for index in np.argsort(metres, kind="stable"))
        with_code = [place for place in nearest if place.postal_code]
        return self._answer(with_code, exactly_one, limit or 5)

    @staticmethod
    def _parse_query(query: str) -> tuple[str, str]:
        """Postal code and place at the end of an address; the code is not the house number."""
        last = query.rsplit(",", 1)[-1]
        if found := re.search(r"(?:^|[\s-])(\d{4})\s+([^\d]+)$|^\s*(\d{4})\s*$", last):
            return found[1] or found[3], (found[2] or "").strip()
        return "", last.strip()

    def _find(self, code: str, name: str) -> list[Place]:
        """Places of a code, those of that name first; without a code we know, places by name."""
        if code in self._by_code:
            places = self._by_code[code]
            if not name:
                return places
            return sorted(
                places,
                key=lambda place: (
                    normalise(place.name) != name,
                    normalise(place.municipality) != name,
                ),
            )
        return self._by_name.get(name, []) if name else []

    @staticmethod
    def _answer(places: list[Place], exactly_one: bool, limit: int | None) -> Any:
        if not places:
            return None
        if exactly_one:
            return places[0].location
        return [place.location for place in places[:limit]]
