"""Sets of KBO Open Data, made up: the files, their traps and their zip, for tests and the bench."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from companies.numbers import check_digits, dotted

HEADERS = {
    "enterprise": (
        "EnterpriseNumber,Status,JuridicalSituation,TypeOfEnterprise,JuridicalForm,"
        "JuridicalFormCAC,StartDate"
    ),
    "establishment": "EstablishmentNumber,StartDate,EnterpriseNumber",
    "denomination": "EntityNumber,Language,TypeOfDenomination,Denomination",
    "address": (
        "EntityNumber,TypeOfAddress,CountryNL,CountryFR,Zipcode,MunicipalityNL,MunicipalityFR,"
        "StreetNL,StreetFR,HouseNumber,Box,ExtraAddressInfo,DateStrikingOff"
    ),
    "contact": "EntityNumber,EntityContact,ContactType,Value",
    "activity": "EntityNumber,ActivityGroup,NaceVersion,NaceCode,Classification",
    "code": "Category,Code,Language,Description",
}
Row = tuple[str, ...]


def numbered(first_eight: int) -> str:
    """The ten digits that begin with these eight (zero-padded)."""
    return f"{first_eight:08d}{check_digits(first_eight):02d}"


@dataclass(frozen=True)
class Unit:
    """An establishment as the KBO knows it."""

    number: str
    company: str
    zipcode: str = "3000"
    town: str = "Leuven"
    street: str = "Bondgenotenlaan"
    door: str = "1"
    name: str = ""
    nace: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Firm:
    """A company as the KBO knows it."""

    number: str
    name: str
    email: str = ""
    status: str = "AC"


def rows_of_firm(firm: Firm) -> dict[str, list[Row]]:
    # One file writes numbers with dots, another without, as the real ones do.
    number = dotted(firm.number)
    found: dict[str, list[Row]] = {
        "enterprise": [(number, firm.status, "000", "2", "610", "", "01-01-2001")],
        "denomination": [
            (number, "1", "001", f"{firm.name} (fr)"),
            (firm.number, "2", "001", firm.name),
            (number, "2", "003", f"{firm.name} shop"),
        ],
        "address": [
            (number, "REGO", "", "", "1000", "Brussel", "Bruxelles", "Seat", "", "1", "", "", "")
        ],
    }
    if firm.email:
        found["contact"] = [(number, "ENT", "EMAIL", firm.email)]
    return found


def rows_of_unit(unit: Unit) -> dict[str, list[Row]]:
    number = dotted(unit.number)
    found: dict[str, list[Row]] = {
        "establishment": [(number, "01-01-2002", dotted(unit.company))],
        "address": [
            (
                unit.number,
                "BAET",
                "",
                "",
                unit.zipcode,
                unit.town,
                unit.town,
                unit.street,
                unit.street,
                unit.door,
                "",
                "",
                "",
            )
        ],
        "activity": [
            (number, "001", version, code, "MAIN")
            for version, codes in unit.nace.items()
            for code in codes
        ],
    }
    if unit.name:
        found["denomination"] = [(number, "2", "003", unit.name)]
    return found


def gathered(parts: Iterable[Mapping[str, list[Row]]]) -> dict[str, list[Row]]:
    """The rows of many, per file."""
    files: dict[str, list[Row]] = {name: [] for name in HEADERS}
    for part in parts:
        for name, rows in part.items():
            files[name] += rows
    return files


def meta(extract: int, kind: str = "full") -> str:
    return (
        '"Variable","Value"\n"SnapshotDate","23-11-2026"\n'
        f'"ExtractType","{kind}"\n"ExtractNumber","{extract}"\n"Version","R019.00"\n'
    )


def text_of(header: str, rows: Iterable[Row]) -> str:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([header.split(","), *rows])
    return stream.getvalue()


def write_zip(path: Path, members: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            # A day of its own, and not the clock's: the same members are the same file.
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return path


def full_set(
    firms: Iterable[Firm], units: Iterable[Unit], extract: int = 1
) -> dict[str, str | bytes]:
    """The members of the zip of a full set."""
    files = gathered([*map(rows_of_firm, firms), *map(rows_of_unit, units)])
    return {
        "meta.csv": meta(extract),
        **{f"{name}.csv": text_of(HEADERS[name], rows) for name, rows in files.items()},
    }


def update_set(
    changed: tuple[Iterable[Firm], Iterable[Unit]],
    gone: tuple[Iterable[str], Iterable[str]] = ((), ()),
    extract: int = 2,
) -> dict[str, str | bytes]:
    """The members of an update: companies and units that changed (whole), and numbers that went."""
    firms, units = (list(part) for part in changed)
    files = gathered([*map(rows_of_firm, firms), *map(rows_of_unit, units)])
    members: dict[str, str | bytes] = {"meta.csv": meta(extract, "update")}
    deleted = {
        "enterprise": [*(firm.number for firm in firms), *gone[0]],
        "establishment": [*(unit.number for unit in units), *gone[1]],
    }
    for name, rows in files.items():
        if name == "code":
            continue
        key = HEADERS[name].split(",")[0]
        numbers = deleted.get(name) or sorted({row[0] for row in rows})
        members[f"{name}_delete.csv"] = text_of(key, [(dotted(n),) for n in numbers if n[1] != "."])
        members[f"{name}_insert.csv"] = text_of(HEADERS[name], rows)
    return members


def difference(
    old: Mapping[str, str | bytes], new: Mapping[str, str | bytes], extract: int
) -> dict[str, str | bytes]:
    """The members of the update that leads from one full set to another.

    As the KBO makes it: per file, what changed of an entity is deleted and inserted as a whole.
    """
    members: dict[str, str | bytes] = {"meta.csv": meta(extract, "update")}
    for name, header in HEADERS.items():
        before, after = (_by_number(text[f"{name}.csv"]) for text in (old, new))
        changed = [n for n in {**before, **after} if before.get(n) != after.get(n)]
        gone = [(dotted(n),) for n in changed if n in before]
        members[f"{name}_delete.csv"] = text_of(header.split(",")[0], gone)
        come = [row for n in changed for row in after.get(n, ())]
        members[f"{name}_insert.csv"] = text_of(header, come)
    return members


def _by_number(text: str | bytes) -> dict[str, list[Row]]:
    """The rows of a file, per entity."""
    found: dict[str, list[Row]] = {}
    for row in list(csv.reader(io.StringIO(str(text))))[1:]:
        found.setdefault(row[0].replace(".", ""), []).append(tuple(row))
    return found


def large_set(path: Path, units: int, rows: int, extract: int = 1) -> Path:
    """A full set of many units, written as a stream; `rows` in all its files together.

    The rows beyond those of companies and units are activities, as in the real sets.
    """

    def lines(name: str) -> Iterator[str]:
        firms = units * 2 // 3
        for n in range(firms):
            number = dotted(numbered(n + 1_000_000))
            if name == "enterprise":
                yield f'"{number}","AC","000","2","610","","01-01-2001"'
            elif name == "denomination":
                yield f'"{number}","2","001","Voorbeeld {n}"'
            elif name == "address":
                yield (
                    f'"{number}","REGO","","","1000","Brussel","Bruxelles","Zetel","","1","","",""'
                )
        for n in range(units):
            number = dotted(numbered(n + 21_000_000))
            if name == "establishment":
                firm = dotted(numbered(n % firms + 1_000_000))
                yield f'"{number}","01-01-2002","{firm}"'
            elif name == "denomination" and n % 2:
                yield f'"{number}","2","003","Vestiging {n}"'
            elif name == "address":
                town = ("9000", "Gent") if n % 5 else ("3000", "Leuven")
                yield (
                    f'"{number}","BAET","","","{town[0]}","{town[1]}","","Straat {n % 900}","",'
                    f'"{n % 200}","","",""'
                )
            elif name == "contact" and n % 4 == 0:
                yield f'"{number}","EST","EMAIL","v{n}@voorbeeld.example"'
        if name == "activity":
            others = 2 * firms + firms + 2 * units + units // 2 + units // 4
            for n in range(rows - others):
                number = dotted(numbered(n % units + 21_000_000))
                version = ("2003", "2008", "2025")[n // units % 3]
                kind = "MAIN" if n // units < 3 else "SECO"
                yield f'"{number}","001","{version}","{10000 + n % 80000}","{kind}"'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("meta.csv", meta(extract))
        for name, header in HEADERS.items():
            with archive.open(f"{name}.csv", "w") as stream:
                stream.write(f"{header}\n".encode())
                block: list[str] = []
                for line in lines(name):
                    block.append(line)
                    if len(block) == 20_000:
                        stream.write(("\n".join(block) + "\n").encode())
                        block.clear()
                if block:
                    stream.write(("\n".join(block) + "\n").encode())
    return path
