"""Reading vacancies: the whole once, then what changed, one transaction a step.

Where it stands is written with what was read, so that reading can stop anywhere and go on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.vacancies.client import MAX_WINDOW, Row, VdabError, VdabVacancies, WindowGoneError
from companies.vacancies.models import Vacancy, VacancySync
from geo.locks import advisory_lock
from geo.towns import Towns
from imports.errors import BusyError

logger = logging.getLogger(__name__)

#: A window begins this long before the last one ended: clocks differ, and what is read twice is
#: the same.
OVERLAP = timedelta(hours=1)


@dataclass
class Read:
    """What a round read: vacancies written, and vacancies that went."""

    written: int = 0
    removed: int = 0
    windows: int = 0


def synchronise(api: VdabVacancies, now: datetime | None = None) -> Read:
    """Bring our vacancies up to date with the service, from wherever the last round stopped.

    Raises BusyError while another round is under way, and VdabError; what was read before stays.
    """
    with advisory_lock("vdab-vacancies") as held:
        if not held:
            raise BusyError(_("Vacancies are being read already."))
        return _Round(api, now or timezone.now()).run()


class _Round:
    def __init__(self, api: VdabVacancies, now: datetime) -> None:
        self.api, self.now, self.read = api, now, Read()
        self.sync = VacancySync.objects.get_or_create(source=api.url)[0]
        self.towns = Towns.load()

    def run(self) -> Read:
        if self.sync.read_until is None:
            self._initial()
        try:
            self._windows()
        except WindowGoneError as gone:
            # We were away for longer than the service looks back.
            logger.warning("%s The whole is read once more.", gone)
            self._restart()
            self._initial()
            self._windows()
        return self.read

    def _restart(self) -> None:
        self.sync.initial_day, self.sync.initial_from, self.sync.read_until = None, 0, None
        self.sync.save()

    def _initial(self) -> None:
        """Everything that is published, page by page; a page that was read is not read again."""
        if self.sync.initial_day is None:
            self.sync.initial_day = timezone.localdate(self.now)
            self.sync.save()
        day = self.sync.initial_day
        before: list[Row] = []
        while page := self.api.initial(day, self.sync.initial_from):
            if page == before:
                raise VdabError(_("VDAB gave the same page twice. Nothing of it was kept."))
            before = page
            rows = self._complete(page)
            with transaction.atomic():
                self._write(rows)
                self.sync.initial_from += len(page)
                self.sync.save()
        with transaction.atomic():
            self.read.removed += Vacancy.objects.filter(snapshot__lt=day).delete()[0]
            # What changed in the course of that day comes with the first window.
            self.sync.read_until = timezone.make_aware(datetime.combine(day, time.min))
            self.sync.save()

    def _windows(self) -> None:
        """What changed since, in windows as long as the service allows."""
        assert self.sync.read_until is not None  # noqa: S101 - after `_initial`
        while self.sync.read_until < self.now:
            start = self.sync.read_until - OVERLAP
            end = min(start + MAX_WINDOW, self.now)
            rows: dict[str, Row] = {}
            for page in self.api.bulk(start, end):
                for row in page:
                    if row.reference not in rows or rows[row.reference].version <= row.version:
                        rows[row.reference] = row
            published = self._complete([row for row in rows.values() if row.is_published])
            kept = {row.reference for row in published}
            with transaction.atomic():
                self._write(published)
                gone = Vacancy.objects.filter(reference__in=rows.keys() - kept)
                self.read.removed += gone.delete()[0]
                self.sync.read_until = end
                self.sync.save()
            self.read.windows += 1

    def _complete(self, rows: Iterable[Row]) -> list[Row]:
        """The published rows with what is counted of them; asks what the list did not give."""
        published = [row for row in rows if row.is_published]
        complete = [row for row in published if row.code]
        bare = [row.reference for row in published if not row.code]
        return complete + (self.api.details(bare) if bare else [])

    def _write(self, rows: list[Row]) -> None:
        """Add and change vacancies; an older version changes nothing."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO vacancies_vacancy
                    (reference, version, code, municipality_id, places, snapshot)
                SELECT DISTINCT ON (reference) *, %s::date
                FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::int[])
                    AS t (reference, version, code, municipality_id, places)
                ORDER BY reference, version DESC
                ON CONFLICT (reference) DO UPDATE SET
                    (version, code, municipality_id, places, snapshot) = (
                        EXCLUDED.version, EXCLUDED.code, EXCLUDED.municipality_id,
                        EXCLUDED.places, EXCLUDED.snapshot
                    )
                WHERE vacancies_vacancy.version <= EXCLUDED.version
                """,
                [
                    self.sync.initial_day,
                    [row.reference[:64] for row in rows],
                    [row.version for row in rows],
                    [row.code for row in rows],
                    [self.towns.of_postal_code(row.postal_code, row.town) for row in rows],
                    [row.places for row in rows],
                ],
            )
        self.read.written += len(rows)
