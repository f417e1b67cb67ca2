"""The geolocation service of the Flemish government, as a geopy geocoder.

Nothing here knows Django, so that it could be offered to geopy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from geopy.exc import GeocoderParseError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.util import logger

__all__ = ("FlemishGeolocation", "precision_of")

#: Longest list that the service gives.
MAX_RESULTS = 5

# `basisregisters_huisnummer_afgeleidVanGebouw`: register, object, how the point was found. Older
# answers have `crab` for the register.
_PRECISIONS = {
    "huisnummer": "house_number",
    "busnummer": "house_number",
    "straat": "street",
    "postcode": "postal_code",
    "postinfo": "postal_code",
    "gemeente": "municipality",
}


def precision_of(location_type: str) -> str | None:
    """What the point of an answer stands for, or ``None`` for a type we do not know.

    :param str location_type: ``LocationType`` of an answer.

    :return: ``"house_number"``, ``"street"``, ``"postal_code"`` or ``"municipality"``.
    """
    parts = location_type.casefold().split("_")
    return next((_PRECISIONS[part] for part in parts[:2] if part in _PRECISIONS), None)


class FlemishGeolocation(Geocoder):
    """Geocoder for addresses in Flanders and Brussels: the geolocation service, version 4.

    Documentation at:
        https://geo.api.vlaanderen.be/geolocation/

    It needs no key. It is lenient: for an address that does not exist it may answer a similar
    one, so compare the parts in :attr:`.Location.raw` with what you asked. An unknown address is an
    empty answer and no error.
    """

    geocode_path = "/geolocation/v4/Location"
    reverse_path = "/geolocation/v4/Location"

    def __init__(
        self,
        *,
        domain: str = "geo.api.vlaanderen.be",
        scheme: str | None = None,
        timeout: Any = DEFAULT_SENTINEL,
        proxies: Any = DEFAULT_SENTINEL,
        user_agent: str | None = None,
        ssl_context: Any = DEFAULT_SENTINEL,
        adapter_factory: Callable[..., Any] | None = None,
    ) -> None:
        """
        :param str domain: Domain where the service is hosted.

        :param str scheme: See :attr:`geopy.geocoders.options.default_scheme`.

        :param int timeout: See :attr:`geopy.geocoders.options.default_timeout`.

        :param dict proxies: See :attr:`geopy.geocoders.options.default_proxies`.

        :param str user_agent: See :attr:`geopy.geocoders.options.default_user_agent`.

        :type ssl_context: :class:`ssl.SSLContext`
        :param ssl_context: See :attr:`geopy.geocoders.options.default_ssl_context`.

        :param callable adapter_factory:
            See :attr:`geopy.geocoders.options.default_adapter_factory`.
        """
        super().__init__(
            scheme=scheme,
            timeout=timeout,
            proxies=proxies,
            user_agent=user_agent,
            ssl_context=ssl_context,
            adapter_factory=adapter_factory,
        )
        self.domain = domain.strip("/")
        self.api = f"{self.scheme}://{self.domain}{self.geocode_path}"
        self.reverse_api = f"{self.scheme}://{self.domain}{self.reverse_path}"

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
        location_type: str | None = None,
    ) -> Any:
        """
        Return a location point by address.

        :param str query: The address, as ``"Fonteinstraat 75, 3000 Leuven"``.

        :param bool exactly_one: Return one result or a list of results, if available.

        :param int timeout: Time, in seconds, to wait for the service to respond before raising a
            :class:`geopy.exc.GeocoderTimedOut` exception.

        :param int limit: Most results to return, 1 to 5. Unless ``exactly_one`` is ``False`` it
            is always 1.

        :param str location_type: Only objects of a type, such as ``"Municipality"``.

        :rtype: ``None``, :class:`geopy.location.Location` or a list of them, if
            ``exactly_one=False``.
        """
        params: dict[str, Any] = {"q": query, "c": self._count(exactly_one, limit)}
        if location_type:
            params["type"] = location_type
        return self._ask(self.api, params, "geocode", exactly_one, timeout)

    def reverse(
        self,
        query: Any,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
    ) -> Any:
        """
        Return an address by location point.

        :param query: The coordinates for which you wish to obtain the closest addresses.
        :type query: :class:`geopy.point.Point`, list or tuple of ``(latitude, longitude)``, or
            string as ``"%(latitude)s, %(longitude)s"``.

        :param bool exactly_one: Return one result or a list of results, if available.

        :param int timeout: Time, in seconds, to wait for the service to respond before raising a
            :class:`geopy.exc.GeocoderTimedOut` exception.

        :param int limit: Most results to return, 1 to 5. Unless ``exactly_one`` is ``False`` it
            is always 1.

        :rtype: ``None``, :class:`geopy.location.Location` or a list of them, if
            ``exactly_one=False``.
        """
        try:
            latlon = self._coerce_point_to_string(query)
        except ValueError as error:
            raise ValueError("Must be a coordinate pair or Point") from error
        params = {"latlon": latlon, "c": self._count(exactly_one, limit)}
        return self._ask(self.reverse_api, params, "reverse", exactly_one, timeout)

    @staticmethod
    def _count(exactly_one: bool, limit: int | None) -> int:
        if exactly_one:
            return 1
        if limit is None:
            return MAX_RESULTS
        if not 1 <= limit <= MAX_RESULTS:
            raise ValueError(f"Limit must be between 1 and {MAX_RESULTS}")
        return limit

    def _ask(
        self, api: str, params: Mapping[str, Any], method: str, exactly_one: bool, timeout: Any
    ) -> Any:
        url = f"{api}?{urlencode(params)}"
        logger.debug("%s.%s: %s", self.__class__.__name__, method, url)
        callback = partial(self._parse_json, exactly_one=exactly_one)
        return self._call_geocoder(url, callback, timeout=timeout)

    def _parse_json(self, response: Any, exactly_one: bool) -> Any:
        """The locations of an answer; those without a point of their own are left out."""
        try:
            results = response["LocationResult"] or []
            locations = [
                self._parse_result(result) for result in results if self._has_point(result)
            ]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise GeocoderParseError(f"Unexpected answer: {str(response)[:200]}") from error
        if not locations:
            return None
        return locations[0] if exactly_one else locations

    @staticmethod
    def _has_point(result: Mapping[str, Any]) -> bool:
        point = result.get("Location") or {}
        return point.get("Lat_WGS84") is not None and point.get("Lon_WGS84") is not None

    @staticmethod
    def _parse_result(result: Mapping[str, Any]) -> Location:
        point = result["Location"]
        coordinates = (float(point["Lat_WGS84"]), float(point["Lon_WGS84"]))
        return Location(result.get("FormattedAddress") or "", coordinates, result)
