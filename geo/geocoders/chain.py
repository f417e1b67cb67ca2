"""The geocoders of the settings, asked one after the other until the address is found well enough.

Rate, retries and time-outs are geopy's: `RateLimiter` around each network service, `timeout` on
each geocoder. This module adds what geopy leaves to its user: which answers to trust, and when to
stop asking a service that does not answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from geopy.adapters import RequestsAdapter
from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeocoderServiceError,
)
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim, Photon
from geopy.location import Location

from geo.coordinate_checks import Places
from geo.geocoders.answers import (
    Answer,
    fit,
    read_flemish,
    read_gazetteer,
    read_nominatim,
    read_photon,
)
from geo.geocoders.flemish import FlemishGeolocation
from geo.geocoders.gazetteer import Gazetteer
from geo.postal_addresses import PostalAddress
from geo.precision import LocationPrecision, Quality, replaces

logger = logging.getLogger(__name__)

#: Answers under this score are not believed. les-emplois came to the same figure for the same kind
#: of score, from 0.4: below 0.8 lie streets of a like name in another town. With ours, 0.8 lets a
#: slip of the pen in a name of six letters pass, or another postal code of the same municipality;
#: Kerkstraat for Werkstraat (0.75) and Kerklaan for Kerkstraat (0.7) stay out.
ACCEPTED_SCORE = 0.8
#: After so many failures on end, each with its retries, a service is left alone for this run.
FAILURES_ON_END = 3
#: Answers to look at per service: the first is not always the one that fits best.
CANDIDATES = 5

#: After these there is no point in asking again: the key, the rights or the quota are at fault.
_REFUSALS = (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQuotaExceeded,
)


@dataclass
class Service:
    """A geocoder with how to ask it and how to read it."""

    name: str
    #: Locations for an address, None or empty if unknown. Raises GeocoderServiceError.
    ask: Callable[[PostalAddress], Sequence[Location] | None]
    read: Callable[[Location], Answer | None]
    failures: int = field(default=0, init=False)
    off: bool = field(default=False, init=False)


@dataclass(frozen=True)
class Finding:
    """A point that a service gave for an address; degrees in WGS 84."""

    source: str
    precision: LocationPrecision
    score: float
    longitude: float
    latitude: float

    @property
    def quality(self) -> Quality:
        return Quality(has_point=True, precision=self.precision, score=self.score)


@dataclass(frozen=True)
class Outcome:
    """What asking about an address gave."""

    address: PostalAddress
    finding: Finding | None
    #: The services that answered, be it that they do not know the address.
    asked: tuple[str, ...]


def is_enough(address: PostalAddress, precision: str) -> bool:
    """Whether nothing better is to be found for an address."""
    if precision == LocationPrecision.HOUSE_NUMBER or not address.door:
        return precision != LocationPrecision.UNKNOWN
    return precision == LocationPrecision.STREET and not address.house_number


class Chain:
    """Services in the order of preference, with what each did wrong so far. For one run."""

    def __init__(self, services: Iterable[Service], places: Places) -> None:
        self.services = tuple(services)
        self._places = places

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(service.name for service in self.services)

    @property
    def is_silent(self) -> bool:
        """True when no service is left to ask."""
        return all(service.off for service in self.services)

    def find(self, address: PostalAddress) -> Outcome:
        """The best point of all services, or of the first that knows the address to the door."""
        best: Finding | None = None
        asked = []
        for service in self.services:
            if service.off:
                continue
            locations = self._ask(service, address)
            if locations is None:
                continue
            asked.append(service.name)
            for finding in self._believed(service, address, locations):
                if best is None or replaces(finding.quality, best.quality):
                    best = finding
            if best and is_enough(address, best.precision):
                break
        return Outcome(address, best, tuple(asked))

    @staticmethod
    def _ask(service: Service, address: PostalAddress) -> Sequence[Location] | None:
        """The answer of a service, empty for an address it does not know; None if it failed."""
        try:
            locations = service.ask(address) or ()
        except GeocoderQueryError as error:
            # It understood us and did not like the address: that is an answer too.
            logger.info("%s refused %s: %s", service.name, address, error)
            locations = ()
        except GeocoderServiceError as error:
            service.failures += 1
            hopeless = isinstance(error, _REFUSALS) and not isinstance(error, GeocoderRateLimited)
            service.off = hopeless or service.failures >= FAILURES_ON_END
            more = "; not asked again in this run" if service.off else ""
            logger.warning("%s failed: %s%s", service.name, error or type(error).__name__, more)
            return None
        service.failures = 0
        return locations

    def _believed(
        self, service: Service, address: PostalAddress, locations: Iterable[Location]
    ) -> Iterator[Finding]:
        """Answers that fit the address and whose point lies where the address does, worst first.

        Worst first, so that of two equal ones the service's own first is left.
        """
        for location in reversed(list(locations)):
            answer = service.read(location)
            if answer is None:
                continue
            precision, score = fit(address, answer)
            if score < ACCEPTED_SCORE:
                continue
            try:
                self._places.check(answer.longitude, answer.latitude, address.postal_code)
            except ValidationError as error:
                logger.warning("%s for %s: %s", service.name, address, error.messages[0])
                continue
            yield Finding(service.name, precision, score, answer.longitude, answer.latitude)


@dataclass(frozen=True)
class Patience:
    """How long to wait for a service: seconds for an answer, and how often to ask again."""

    timeout: float
    retries: int


#: Somebody looks at an empty page meanwhile.
HURRIED = Patience(timeout=2.0, retries=0)


@contextmanager
def configured(*, hurried: bool = False) -> Iterator[Chain]:
    """The chain that the settings ask for; its connections are closed at the end.

    In a hurry a service is asked once and given up early: for a page that somebody waits for.
    """
    patience = Patience(settings.GEOCODER_TIMEOUT, settings.GEOCODER_RETRIES)
    if hurried:
        patience = Patience(min(HURRIED.timeout, patience.timeout), HURRIED.retries)
    with ExitStack() as stack:
        services = [_SERVICES[name](stack, patience) for name in settings.GEOCODERS]
        yield Chain(services, Places.load())


def _connection(url: str, patience: Patience) -> dict[str, Any]:
    """geopy's arguments for a base address such as `https://nominatim.example.org/osm`."""
    parts = urlsplit(url)
    return {
        "scheme": parts.scheme,
        "domain": f"{parts.netloc}{parts.path}",
        "timeout": patience.timeout,
        "user_agent": settings.GEOCODER_USER_AGENT,
        # The limiter retries; the adapter's own two tries each would make nine of three.
        "adapter_factory": partial(RequestsAdapter, max_retries=0),
    }


def _limited(name: str, geocode: Callable[..., Any], patience: Patience) -> Callable[..., Any]:
    """At the service's pace and with retries; what fails after all is raised."""
    delay = settings.GEOCODER_DELAYS.get(name, 1.0)
    limiter = RateLimiter(
        _without_retry_of_bad_queries(geocode),
        min_delay_seconds=delay,
        max_retries=patience.retries,
        error_wait_seconds=max(delay, settings.GEOCODER_RETRY_WAIT),
        swallow_exceptions=False,
    )

    def ask(*args: Any, **kwargs: Any) -> Any:
        answer = limiter(*args, **kwargs)
        if isinstance(answer, GeocoderQueryError):
            raise answer
        return answer

    return ask


def _without_retry_of_bad_queries(geocode: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the error instead of raising it: the limiter would ask the same twice more."""

    def ask(*args: Any, **kwargs: Any) -> Any:
        try:
            return geocode(*args, **kwargs)
        except GeocoderQueryError as error:
            return error

    return ask


def _flemish(stack: ExitStack, patience: Patience) -> Service:
    geocoder = stack.enter_context(
        FlemishGeolocation(**_connection(settings.FLEMISH_GEOLOCATION_URL, patience))
    )
    geocode = _limited("flemish", geocoder.geocode, patience)

    def ask(address: PostalAddress) -> Sequence[Location] | None:
        return geocode(str(address), exactly_one=False, limit=CANDIDATES)

    return Service("flemish", ask, read_flemish)


def _nominatim(stack: ExitStack, patience: Patience) -> Service:
    geocoder = stack.enter_context(Nominatim(**_connection(settings.NOMINATIM_URL, patience)))
    geocode = _limited("nominatim", geocoder.geocode, patience)

    def ask(address: PostalAddress) -> Sequence[Location] | None:
        return geocode(
            _structured(address),
            exactly_one=False,
            limit=CANDIDATES,
            addressdetails=True,
            country_codes="be",
            language="nl",
        )

    return Service("nominatim", ask, read_nominatim)


def _photon(stack: ExitStack, patience: Patience) -> Service:
    geocoder = stack.enter_context(Photon(**_connection(settings.PHOTON_URL, patience)))
    geocode = _limited("photon", geocoder.geocode, patience)

    def ask(address: PostalAddress) -> Sequence[Location] | None:
        return geocode(str(address), exactly_one=False, limit=CANDIDATES)

    return Service("photon", ask, read_photon)


def _gazetteer(stack: ExitStack, patience: Patience) -> Service:
    gazetteer = stack.enter_context(Gazetteer())

    def ask(address: PostalAddress) -> Sequence[Location] | None:
        return gazetteer.geocode(_structured(address), exactly_one=False)

    return Service("gazetteer", ask, read_gazetteer)


def _structured(address: PostalAddress) -> dict[str, str]:
    parts = {
        "street": f"{address.house_number} {address.street}".strip() if address.door else "",
        "postalcode": address.postal_code,
        "city": next(iter(address.municipalities), ""),
        "country": "België",
    }
    return {name: value for name, value in parts.items() if value}


_SERVICES: dict[str, Callable[[ExitStack, Patience], Service]] = {
    "flemish": _flemish,
    "nominatim": _nominatim,
    "photon": _photon,
    "gazetteer": _gazetteer,
}
