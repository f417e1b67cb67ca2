"""The files of KBO Open Data that are read, their columns, and what is kept of them.

Source: FPS Economy, "Cookbook KBO Open Data".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class KboFile:
    """A file of the set: the columns it must have, what is kept of it, and what is derived."""

    name: str
    columns: tuple[str, ...]
    #: Rows that are kept, as SQL; the others never reach the table.
    keep: str = ""
    #: Columns that PostgreSQL derives from those of the file.
    derived: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def table(self) -> str:
        return f"kbo_{self.name}"


def _number(column: str) -> dict[str, str]:
    """A number without its dots: some files write them and some do not."""
    return {"number": f"translate({column}, '. ', '')"}


ENTERPRISE = KboFile(
    "enterprise", ("EnterpriseNumber", "Status"), derived=_number("enterprisenumber")
)
ESTABLISHMENT = KboFile(
    "establishment",
    ("EstablishmentNumber", "EnterpriseNumber"),
    derived=_number("establishmentnumber")
    | {"enterprise": "translate(enterprisenumber, '. ', '')"},
)
DENOMINATION = KboFile(
    "denomination",
    ("EntityNumber", "Language", "TypeOfDenomination", "Denomination"),
    derived=_number("entitynumber"),
)
ADDRESS = KboFile(
    "address",
    (
        "EntityNumber",
        "TypeOfAddress",
        "Zipcode",
        "MunicipalityNL",
        "MunicipalityFR",
        "StreetNL",
        "StreetFR",
        "HouseNumber",
        "Box",
    ),
    # Addresses of establishments only: a seat is often an accountant's.
    keep="typeofaddress = 'BAET'",
    derived=_number("entitynumber"),
)
CONTACT = KboFile(
    "contact",
    ("EntityNumber", "ContactType", "Value"),
    keep="contacttype IN ('TEL', 'EMAIL', 'WEB')",
    derived=_number("entitynumber"),
)
ACTIVITY = KboFile(
    "activity",
    ("EntityNumber", "NaceVersion", "NaceCode", "Classification"),
    # Versions stand side by side; 2003 has been of no use since 2008.
    keep="classification = 'MAIN' AND naceversion IN ('2008', '2025')",
    derived=_number("entitynumber"),
)
FILES = (ENTERPRISE, ESTABLISHMENT, DENOMINATION, ADDRESS, CONTACT, ACTIVITY)
