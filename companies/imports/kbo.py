"""Companies and establishments from KBO Open Data, as a full set or as an update of the last one.

Everything between the zip and our tables is set-based SQL. Known companies and establishments are
kept up to date wherever they are; new ones come in when the establishment lies in the Flemish or
the Brussels-Capital Region. What a company told us itself (mail, telephone, website) and a location
set by hand stay as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import ClassVar

from django.db import connection
from django.utils.formats import number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from companies.imports import kbo_queries as queries
from companies.imports.kbo_archive import Archive, open_archive
from companies.models import Company, Establishment, Transfer
from geo.towns import Towns
from imports.errors import RefusedError, Text
from imports.frame import Flag, Importer
from imports.models import ImportRun
from imports.registry import register
from imports.staging import Counts, Ending, Merge, Staging, execute, fetch, make_table
from imports.tables import sha256

KNOWN_ONLY = Flag(
    "known_only",
    _("Only companies and establishments that have or asked for a recognition; add no others."),
)


@register
class KboImporter(Importer):
    """Ondernemingen en vestigingseenheden uit de Kruispuntbank van Ondernemingen."""

    kind = "kbo"
    title = _("Companies and establishments (KBO)")
    explanation = _(
        "The zip of KBO Open Data as it is, a full set or an update of the last one. Takes the "
        "establishments in the Flemish and the Brussels-Capital Region."
    )
    suffixes = (".zip",)
    flags: ClassVar[tuple[Flag, ...]] = (KNOWN_ONLY,)
    #: What a file that need not be read again leaves as it is.
    _unchanged: dict[str, Counts] | None = None

    def load(self) -> None:
        """All steps, or none when this very file was the last and our data is as that left it."""
        last = self._last()
        if last and last.file_hash == sha256(self.source.path) and not self.is_set(KNOWN_ONLY):
            self.progress.step(_("Comparing"))
            if last.fingerprint and last.fingerprint == _fingerprint():
                self._repeat(last)
                return
        super().load()

    def _last(self) -> ImportRun | None:
        return ImportRun.objects.of_kind(self.kind).effective().first()

    def _repeat(self, last: ImportRun) -> None:
        """Report that nothing changes, without reading millions of rows to find that out."""
        self.extract, self.fingerprint = last.extract, last.fingerprint
        self._unchanged = {
            table["table"]: Counts(unchanged=table["added"] + table["changed"] + table["unchanged"])
            for table in last.tables
        }
        self.notes.append(_("This file was imported before, and nothing has changed since."))

    def tables(self) -> dict[str, Counts]:
        return self._unchanged or super().tables()

    def stage(self) -> None:
        with open_archive(self.source.path, self.progress) as archive:
            self.extract = archive.meta.extract
            self.is_update = archive.meta.is_update
            self._check_order(archive)
            archive.stage()
            self.rows = archive.rows
        if not self.rows:
            raise RefusedError(_("There are no rows below the names of the columns."))

    def _check_order(self, archive: Archive) -> None:
        """Refuse an update that does not follow on what was loaded, and a set older than that."""
        run = self._last()
        last, extract = run.extract if run else None, archive.meta.extract
        if last is None and archive.meta.is_update:
            raise RefusedError(_("This is an update. Import a full set first."))
        if last is None:
            return
        if extract < last:
            raise RefusedError(
                format_lazy(
                    _("Extract {last} was imported; this is the older extract {extract}."),
                    last=last,
                    extract=extract,
                )
            )
        if archive.meta.is_update and extract > last + 1:
            raise RefusedError(
                format_lazy(
                    _(
                        "This is update {extract} and the last import was {last}. Import the "
                        "updates in between first, or a full set."
                    ),
                    last=last,
                    extract=extract,
                )
            )

    def reject(self) -> None:
        """Reject numbers with wrong check digits, repeated ones, and units without a company."""
        self._judge("enterprise", "EnterpriseNumber")
        self._reject_wrong_numbers("[01]", _("This is no valid enterprise number."))
        self._judge("establishment", "EstablishmentNumber")
        self._reject_wrong_numbers("[2-8]", _("This is no valid establishment number."))
        if not self.is_update:
            self.reject_rows(
                """
                SELECT s.line, s.enterprise AS value FROM kbo_establishment s
                WHERE NOT EXISTS (
                    SELECT FROM kbo_enterprise e WHERE e.number = s.enterprise AND NOT e.rejected
                )
                """,
                "establishment.csv: EnterpriseNumber",
                _("The company of this establishment is not in the set."),
            )
        execute("ANALYZE kbo_establishment")

    def _judge(self, file: str, column: str) -> None:
        """Let the rows of a file be the ones that are rejected."""
        self.staged = Staging(f"kbo_{file}", {})
        self._column = f"{file}.csv: {column}"

    def _reject_wrong_numbers(self, first: str, reason: Text) -> None:
        self.reject_rows(
            f"""
            SELECT s.line, s.number AS value FROM {self.staged.name} s
            WHERE NOT (s.number ~ '^{first}[0-9]{{9}}$' AND radar_kbo_check_digits(s.number))
            """,
            self._column,
            reason,
        )
        self.reject_rows(
            f"""
            SELECT s.line, s.number AS value, r.first
            FROM {self.staged.name} s JOIN (
                SELECT number, min(line) AS first FROM {self.staged.name}
                WHERE NOT rejected GROUP BY number HAVING count(*) > 1
            ) r ON r.number = s.number AND s.line > r.first
            """,
            self._column,
            _("Line {first} is about the same record. Keep one of them."),
        )

    def plan(self) -> Iterable[Merge | Ending]:
        self._gather()
        yield Merge(
            model=Company,
            query=queries.COMPANIES,
            match="t.enterprise_number = s.enterprise_number",
            values=("name", "email", "telephone", "website", "stopped_on"),
            initial=("enterprise_number",),
            label="p.name || ' (' || p.enterprise_number || ')'",
            params={"today": self.today},
        )
        yield Merge(
            model=Establishment,
            query=queries.ESTABLISHMENTS,
            match="t.unit_number = s.unit_number",
            values=(
                "company_id",
                "name",
                "street",
                "house_number",
                "box",
                "postal_code",
                "municipality_id",
                "point",
                "precision",
                "location_source",
                "email",
                "telephone",
                "stopped_on",
                "nace_version",
                "nace_codes",
            ),
            initial=("unit_number",),
            label="p.name || ' (' || p.unit_number || ')'",
            shown={
                "company_id": "(SELECT name FROM companies_company WHERE id = {})",
                "municipality_id": "(SELECT name FROM geo_municipality WHERE id = {})",
                "point": "round(ST_Y({0})::numeric, 5) || ' ' || round(ST_X({0})::numeric, 5)",
            },
        )
        yield Merge(
            model=Transfer,
            query=queries.TRANSFERS,
            # Each is a move that happens now, and no record that is there already.
            match="false",
            initial=("establishment_id", "from_company_id", "to_company_id", "on"),
            carried=("label",),
            label="p.label",
            params={"today": self.today},
        )
        yield self._stopped(Establishment, "kbo_establishment", "unit_number")
        yield self._stopped(Company, "kbo_enterprise", "enterprise_number")

    def _gather(self) -> None:
        """The establishments and companies that the set is about, and the best of their facts."""
        # Sorts of millions of rows are worth more memory than a page's; only until the end of it.
        execute("SET LOCAL work_mem = '64MB'")
        make_table(
            "kbo_unit",
            queries.UNITS_OF_AN_UPDATE if self.is_update else queries.UNITS_OF_A_FULL_SET,
            {"known_only": self.is_set(KNOWN_ONLY)},
        )
        execute("CREATE INDEX ON kbo_unit (number)")
        self._name_towns()
        make_table(
            "kbo_company",
            queries.COMPANIES_OF_AN_UPDATE if self.is_update else queries.COMPANIES_OF_A_FULL_SET,
        )
        make_table("kbo_entity", queries.ENTITIES)
        make_table("kbo_name", queries.NAMES)
        make_table("kbo_reach", queries.CONTACTS)
        make_table("kbo_nace", queries.NACE)
        for name in ("kbo_company", "kbo_name", "kbo_reach", "kbo_nace"):
            execute(f"CREATE INDEX ON {name} (number)")
        if lost := fetch(queries.UNITS_WITHOUT_A_COMPANY)[0][0]:
            self.notes.append(
                format_lazy(
                    _(
                        "{n} establishments are left as they were: this update says nothing of "
                        "their company, which we do not know. Import a full set."
                    ),
                    n=number_format(lost),
                )
            )

    def _name_towns(self) -> None:
        """The municipality of each postal code and name that occurs: a few thousand."""
        towns = Towns.load()
        pairs = fetch("SELECT DISTINCT postal_code, town FROM kbo_unit")
        table = Staging(
            "kbo_town", {"postal_code": "text", "town": "text", "municipality_id": "bigint"}
        )
        table.create()
        with table.copy() as copy:
            for code, town in pairs:
                copy.write_row((code, town, towns.of_postal_code(code or "", town or "")))
        table.analyze()

    def _stopped(self, model: type[Company | Establishment], table: str, number: str) -> Ending:
        """What a full set no longer names, or what an update says has gone."""
        absent = f"NOT EXISTS (SELECT FROM {table} s WHERE s.number = t.{number})"
        if self.is_update:
            absent += f" AND EXISTS (SELECT FROM {table}_deleted s WHERE s.number = t.{number})"
        return Ending(
            model=model,
            scope="t.stopped_on IS NULL",
            absent=absent,
            changes={"stopped_on": "%(today)s"},
            label=f"t.name || ' (' || t.{number} || ')'",
            params={"today": self.today},
        )

    def apply(self) -> None:
        super().apply()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE companies_company, companies_establishment")
        self.fingerprint = _fingerprint()


def _fingerprint() -> str:
    """Of all companies and establishments as they are: another one when any value differs."""
    ((fingerprint,),) = fetch(
        """
        SELECT string_agg(total::text, ' ') FROM (
            SELECT sum(hashtextextended(c::text, 0)::numeric) AS total FROM companies_company c
            UNION ALL
            SELECT sum(hashtextextended(e::text, 0)::numeric) FROM companies_establishment e
        ) sums
        """
    )
    return hashlib.sha1(str(fingerprint).encode(), usedforsecurity=False).hexdigest()
