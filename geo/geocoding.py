"""Points for all records that have an address: in batches, and where it left off when stopped.

What geocoders answered is kept per address, batch by batch. A run that is killed loses the batch it
was at; the next one passes over what is known and goes on, so no list of work is needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import Q, QuerySet

from geo.addresses import Located, LocationPrecision, LocationSource
from geo.geocode_results import GeocodeResult, keep
from geo.geocoders.chain import Chain, configured, is_enough
from geo.locks import advisory_lock
from geo.postal_addresses import PostalAddress

#: Records per transaction. At one request a second this is how much a killed run loses: two
#: minutes of work.
BATCH = 100
#: Addresses that were not found to the door are asked again after this time.
ASK_AGAIN_AFTER = timedelta(days=90)


class AlreadyRunningError(Exception):
    """Another process is geocoding."""


@dataclass
class Report:
    """What a run did, in records, and in addresses where it says so."""

    #: Records to look at, and those that were looked at.
    total: int = 0
    seen: int = 0
    #: Addresses that geocoders were asked about, and of these how many nobody knew.
    asked: int = 0
    unknown: int = 0
    #: Records whose point changed, by their precision now; under `unknown` those that lost theirs.
    changed: dict[str, int] = field(default_factory=dict)
    #: False when the limit, the time or silent geocoders ended the run.
    is_finished: bool = True
    #: True when no geocoder answers any more.
    is_silent: bool = False


Watch = Callable[[Report], None]


def located_models() -> dict[str, type[Located]]:
    """The models with an address, by their name: `campus`, `establishment`."""
    found = (model for model in apps.get_models() if issubclass(model, Located))
    return {model._meta.model_name or "": model for model in found}


def candidates(model: type[Located]) -> QuerySet[Located]:
    """Records whose point a geocoder may improve, with what is needed to ask for their address.

    Not those set by hand, not those without a place, and not what came with the record and is
    precise. What geocoders placed is looked at again, since its address may have changed.
    """
    return (
        model._default_manager.exclude(location_source=LocationSource.MANUAL)
        .exclude(
            ~Q(location_source=LocationSource.GEOCODED),
            precision=LocationPrecision.HOUSE_NUMBER,
        )
        .filter(Q(municipality__isnull=False) | ~Q(postal_code=""))
        .select_related("municipality__merged_into")
        .only(
            "street",
            "house_number",
            "postal_code",
            "point",
            "precision",
            "location_source",
            # Without the outlines, which weigh more than all the rest.
            "municipality__name",
            "municipality__nis_code",
            "municipality__merged_into__name",
            "municipality__merged_into__nis_code",
            "municipality__merged_into__merged_into_id",
        )
        .order_by("pk")
    )


def geocode_addresses(
    models: Iterable[type[Located]] | None = None,
    *,
    limit: int | None = None,
    seconds: float | None = None,
    watch: Watch = lambda report: None,
) -> Report:
    """Give records of these models (all by default) a point, or a better one.

    Stops after asking about `limit` addresses, after `seconds`, or when no geocoder answers. Raises
    AlreadyRunningError when another process is at it.
    """
    with advisory_lock("geocoding") as held:
        if not held:
            raise AlreadyRunningError
        with configured() as chain:
            return geocode(models or located_models().values(), chain, limit, seconds, watch)


def geocode(
    models: Iterable[type[Located]],
    chain: Chain,
    limit: int | None = None,
    seconds: float | None = None,
    watch: Watch = lambda report: None,
) -> Report:
    """`geocode_addresses` with a chain of one's own and without the lock."""
    until = None if seconds is None else time.monotonic() + seconds
    report = Report()
    models = list(models)
    report.total = sum(candidates(model).count() for model in models)
    watch(report)
    for model in models:
        after = 0
        while records := list(candidates(model).filter(pk__gt=after)[:BATCH]):
            _geocode_batch(model, records, chain, limit, report)
            after = records[-1].pk
            watch(report)
            if report.is_silent or (until is not None and time.monotonic() >= until):
                report.is_finished = False
            if not report.is_finished:
                return report
    return report


def _geocode_batch(
    model: type[Located], records: list[Located], chain: Chain, limit: int | None, report: Report
) -> None:
    addresses = {address.key: address for address in (row.postal_address for row in records)}
    results = {
        result.address_key: result
        for result in GeocodeResult.objects.filter(address_key__in=addresses)
    }
    due = [
        address for key, address in addresses.items() if _is_due(address, results.get(key), chain)
    ]
    if limit is not None and len(due) > limit - report.asked:
        due = due[: max(0, limit - report.asked)]
        report.is_finished = False
    outcomes = []
    # No transaction is open while we wait for the network.
    for address in due:
        outcomes.append(chain.find(address))
        if chain.is_silent:
            report.is_silent = True
            break
    with transaction.atomic():
        results |= keep(outcomes)
        _place(model, [record.pk for record in records], results, report)
    report.seen += len(records)
    report.asked += len(outcomes)
    report.unknown += sum(outcome.finding is None for outcome in outcomes if outcome.asked)


def _is_due(address: PostalAddress, result: GeocodeResult | None, chain: Chain) -> bool:
    if result is None:
        return True
    if is_enough(address, result.precision):
        return False
    return result.is_due(chain.names, ASK_AGAIN_AFTER)


def _place(
    model: type[Located], keys: list[int], results: dict[str, GeocodeResult], report: Report
) -> None:
    """Write what was found to the records, read anew: somebody may have changed one meanwhile."""
    changed = []
    for record in (
        candidates(model).filter(pk__in=keys).select_for_update(of=("self",), no_key=True)
    ):
        result = results.get(record.postal_address.key)
        if result is not None and settle(record, result):
            changed.append(record)
            report.changed[record.precision] = report.changed.get(record.precision, 0) + 1
    model._default_manager.bulk_update(changed, ["point", "precision", "location_source"])


def settle(record: Located, result: GeocodeResult) -> bool:
    """Give a record the point kept for its address; True if that changed it. Not saved.

    The kept point is the best ever found for this address. So if the record has another one from a
    geocoder, its address has changed since, and the old point goes even if the new one is rougher,
    or if there is none.
    """
    by_us = record.location_source == LocationSource.GEOCODED
    if result.point is not None:
        return record.locate(
            result.point,
            LocationPrecision(result.precision),
            LocationSource.GEOCODED,
            moved=by_us,
        )
    if not by_us:
        return False
    record.point = None
    record.precision = LocationPrecision.UNKNOWN
    record.location_source = LocationSource.UNKNOWN
    return True
