"""The smallest importer there can be: schools by number and name."""

from __future__ import annotations

from collections.abc import Iterable

from imports.columns import Column
from imports.frame import COMPLETE, Fault, Importer, Values
from imports.staging import Ending, Merge
from imports.values import text, whole_number
from schools.models import School


class ToyImporter(Importer):
    kind = "toy"
    title = "Toy"
    columns = (
        Column("number", "nummer", whole_number(1, 999_999), "integer", required=True, key=True),
        Column("name", "naam", text(160), required=True),
        Column("email", "mail", text(100)),
    )
    flags = (COMPLETE,)

    def check(self, values: Values) -> Iterable[Fault]:
        if values["name"] == values.get("email"):
            yield "name", "The name is the address."

    def reject(self) -> None:
        self.reject_repeated("number", column="number")

    def plan(self) -> Iterable[Merge | Ending]:
        yield Merge(
            model=School,
            query="""
                SELECT line, lpad(number::text, 6, '0') AS number, name, email, '121' AS type,
                    NULL::date AS closed_on
                FROM staged WHERE NOT rejected
            """,
            match="t.number = s.number",
            values=("name", "email", "closed_on"),
            initial=("number", "type"),
            kept_when_empty=("email",),
            carried=("line",),
            label="p.name",
        )
        if self.is_set(COMPLETE):
            yield Ending(
                model=School,
                scope="t.closed_on IS NULL",
                absent="NOT EXISTS (SELECT FROM staged s WHERE s.number = t.number::integer)",
                changes={"closed_on": "%(today)s"},
                label="t.name",
                params={"today": self.today},
            )
