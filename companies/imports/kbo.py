"""Companies and establishments from KBO Open Data, as a full set or as an update of the last one.

Everything between the zip and our tables is set-based SQL. Known companies and establishments are
kept up to date wherever they are; new ones come in when the establishment lies in the Flemish or
the Brussels-Capital Region. What a company told us itself (mail, telephone, website) and a location
set by hand stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import connection
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from companies.imports import kbo_mirror
from companies.imports import kbo_queries as queries
from companies.imports.kbo_archive import Meta, open_archive
from companies.imports.kbo_fingerprint import fingerprint
from companies.models import Company, Establishment, Transfer
from geo.towns import Towns
from imports import located
from imports.errors import RefusedError, Text
from imports.frame import Flag, Importer
from imports.models import ImportRun
from imports.registry import register
from imports.staging import Counts, Ending, Merge, Staging, execute, fetch, make_table

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
        if last and self._may_be_repeated(last):
            self._repeat(last)
        else:
            super().load()

    def _last(self) -> ImportRun | None:
        return ImportRun.objects.of_kind(self.kind).effective().first()

    def _may_be_repeated(self, last: ImportRun) -> bool:
        if self.is_set(KNOWN_ONLY) or last.options.get(KNOWN_ONLY.name):
            # Which records are recognised may differ, and the fingerprint knows nothing of it.
            return False
        if last.file_hash != self.source.sha256:
            return False
        self.progress.step(_("Comparing"))
        return last.fingerprint == fingerprint()

    def _repeat(self, last: ImportRun) -> None:
        """Report that nothing changes, without reading millions of rows to find that out."""
        self.extract, self.fingerprint = last.extract, last.fingerprint
        self._unchanged = {
            table["table"]: Counts(unchanged=table["added"] + table["changed"] + table["unchanged"])
            for table in last.tables
            # A move is told once.
            if table["table"] != Transfer._meta.label_lower
        }
        self.notes.append(_("This file was imported before, and nothing has changed since."))

    def tables(self) -> dict[str, Counts]:
        return self._unchanged or super().tables()

    def stage(self) -> None:
        with open_archive(self.source.path, self.progress) as archive:
            self.extract = archive.meta.extract
            self.is_update = archive.meta.is_update
            self.held = kbo_mirror.loaded()
            self._check_order(archive.meta)
            archive.stage()
            self.rows = archive.rows
        # An update may have nothing to say; a full set says something.
        if not self.rows and not self.is_update:
            raise RefusedError(_("There are no rows below the names of the columns."))

    def _check_order(self, meta: Meta) -> None:
        """Refuse an update that does not follow on what was loaded, and a set older than that."""
        run = self._last()
        last = self.held.extract if self.held else (run.extract if run else None)
        if meta.is_update and self.held is None:
            raise RefusedError(_("This is an update. Import a full set first."))
        if last is None:
            return
        if meta.extract < last:
            raise RefusedError(
                format_lazy(
                    _("Extract {last} was imported; this is the older extract {extract}."),
                    last=last,
                    extract=meta.extract,
                )
            )
        if meta.is_update and meta.extract > last + 1:
            raise RefusedError(
                format_lazy(
                    _(
                        "This is update {extract} and the last import was {last}. Import the "
                        "updates in between first, or a full set."
                    ),
                    last=last,
                    extract=meta.extract,
                )
            )

    def reject(self) -> None:
        """Reject numbers with wrong check digits, repeated ones, and units without a company."""
        self._judge("enterprise", "EnterpriseNumber")
        self._reject_wrong_numbers("[01]", _("This is no valid enterprise number."))
        self._judge("establishment", "EstablishmentNumber")
        self._reject_wrong_numbers("[2-8]", _("This is no valid establishment number."))
        self._mirror()
        self.reject_rows(
            """
            SELECT s.line, s.enterprise AS value FROM kbo_establishment s
            WHERE NOT EXISTS (
                SELECT FROM companies_kbo_enterprise e WHERE e.number = s.enterprise
            )
            """,
            "establishment.csv: EnterpriseNumber",
            _("The company of this establishment is not in the set."),
        )

    def _mirror(self) -> None:
        """Bring the mirror up to date, and see how much of it is to be compared."""
        known_only, held = self.is_set(KNOWN_ONLY), self.held
        # An update that is in the mirror already is compared again, not carried out again.
        again = self.is_update and held is not None and held.extract == self.extract
        if not self.is_update:
            kbo_mirror.replace()
        elif not again:
            kbo_mirror.update()
        partial = self.is_update and not (again or known_only or (held and held.known_only))
        kbo_mirror.note_touched(everything=not partial)
        self.scope = {"known_only": known_only, "everything": not partial}
        kbo_mirror.note(kbo_mirror.Loaded(self.extract or 0, known_only))

    def _judge(self, file: str, column: str) -> None:
        """Let the rows of a file be the ones that are rejected."""
        self.staged = Staging(f"kbo_{file}", {})
        self._column = f"{file}.csv: {column}"

    def _reject_wrong_numbers(self, first: str, reason: Text) -> None:
        # Nobody can tell whose row it is, so that nothing may be taken for absent.
        self.unidentified += self.reject_rows(
            f"""
            SELECT s.line, s.number AS value FROM {self.staged.name} s
            WHERE (s.number ~ '^{first}[0-9]{{9}}$' AND radar_kbo_check_digits(s.number))
                IS NOT TRUE
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
                *located.COLUMNS,
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
                **located.SHOWN,
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
        yield self._stopped(Establishment, "establishment", "unit_number")
        yield self._stopped(Company, "enterprise", "enterprise_number")

    def _gather(self) -> None:
        """The establishments and companies that the set is about, and the best of their facts."""
        # Sorts of millions of rows are worth more memory than a page's; only until the end of it.
        execute("SET LOCAL work_mem = '64MB'")
        make_table("kbo_unit", queries.UNITS, self.scope)
        self._name_towns()
        make_table("kbo_company", queries.COMPANIES_CONCERNED, self.scope)
        make_table("kbo_entity", queries.ENTITIES)
        make_table("kbo_name", queries.NAMES)
        make_table("kbo_reach", queries.CONTACTS)
        make_table("kbo_nace", queries.NACE)

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

    def _stopped(self, model: type[Company | Establishment], file: str, number: str) -> Ending:
        """What the KBO no longer names."""
        named = f"SELECT FROM companies_kbo_{file} s WHERE s.number = t.{number}"
        return Ending(
            model=model,
            scope="t.stopped_on IS NULL",
            # Nor is a row absent that was left out for want of its company.
            absent=f"NOT EXISTS ({named})",
            changes={"stopped_on": "%(today)s"},
            label=f"t.name || ' (' || t.{number} || ')'",
            params={"today": self.today},
        )

    def apply(self) -> None:
        super().apply()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE companies_company, companies_establishment")
        # A file with wrong rows is read again, so that every run of it tells of them.
        self.fingerprint = "" if self.rejections.count else fingerprint()
