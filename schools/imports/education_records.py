"""Records of the education API, in its own words, as rows of our tables.

The API writes Dutch in snake case, codes as `{"code": …, "omschrijving": …}`, and leaves out what
is empty. The rows are named by the headers of `school_columns`, `programmes` and `offerings`. A
record that is none of the API's is passed through as it is: a row of ours, written as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

Record = Mapping[str, Any]
Row = dict[str, Any]

#: Years from here on mean "without end".
_ENDLESS = "2100"

#: The domains that we know by the API's descriptions. The codes also mean others (1, 3, 6 …), of
#: which no dual programme is known.
_DOMAINS = {
    "stem": "STEM",
    "economie en organisatie": "ECO",
    "land- en tuinbouw": "LTB",
    "maatschappij en welzijn": "MW",
    "voeding en horeca": "VH",
}


def _code(value: Any) -> Any:
    return value.get("code") if isinstance(value, Mapping) else value


def _description(value: Any) -> Any:
    return value.get("omschrijving") if isinstance(value, Mapping) else value


def _first(value: Any) -> Any:
    return next(iter(value), None) if isinstance(value, list) else value


def _day(value: Any) -> Any:
    """A day without its time; None where it means "without end"."""
    day = value[:10] if isinstance(value, str) else value
    return None if isinstance(day, str) and day >= _ENDLESS else day


def campus_row(record: Record) -> Row:
    """A campus, from its `instellingslocatie` joined with its `instelling`."""
    if "instelling_nummer" not in record:
        return dict(record)

    def of(name: str) -> Any:
        return record.get(f"instellingslocatie_{name}")

    def school(name: str) -> Any:
        return record.get(f"instelling_{name}")

    return {
        "schoolnummer": school("nummer"),
        "intern_vplnummer": of("vestigingsnummer"),
        # The full name holds the number where schools are namesakes; that is meant so.
        "naam": school("naam_volledig") or school("naam"),
        "naam vestigingsplaats": of("naam"),
        "net": _description(school("net")),
        "instellingstype": _code(school("type")),
        "ingerichte hoofdstructuren": of("hoofdstructuren"),
        "straat": of("straatnaam"),
        "huisnummer": of("huisnummer"),
        "busnummer": of("busnummer"),
        "postcode": of("postcode"),
        "gemeente": of("gemeente"),
        "niscode": of("gemeente_nis"),
        "breedtegraad": record.get("gps_breedtegraad"),
        "lengtegraad": record.get("gps_lengtegraad"),
        "lx": record.get("lambert72_x"),
        "ly": record.get("lambert72_y"),
        "telefoon": _first(of("telefoonnummers"))
        or school("telefoon")
        or _first(school("telefoonnummers")),
        "e-mail": school("email"),
        "website": school("website"),
        "einddatum": _day(of("einddatum")) or _day(school("einddatum")),
    }


def programme_rows(record: Record) -> Iterator[Row]:
    """The dual programmes of a `structuuronderdeelgroep`; no run-up (aanloop) and none of BuSO's
    phases, which have no grade.
    """
    if "structuuronderdelen" not in record:
        yield dict(record)
        return
    for part in record["structuuronderdelen"] or ():
        if part.get("duaal") is not True or part.get("aanloop") is True:
            continue
        if part.get("fase_buso") or record.get("opleidingsvorm"):
            continue
        history = part.get("historiek_structuuronderdelen") or {}
        domain = str(_description(part.get("studiedomein")) or "").casefold()
        yield {
            "nummer": part.get("structuuronderdeel_nummer"),
            "groepsnummer": record.get("structuuronderdeel_groep_nummer"),
            "titel": part.get("titel"),
            "graad": _code(record.get("graad")),
            "onderwijsvorm": _code(part.get("onderwijsvorm")),
            "finaliteit": _code(record.get("finaliteit")),
            "type 7de leerjaar": _code(record.get("type_7de_leerjaar")),
            "studiedomein": _DOMAINS.get(domain),
            "begindatum": _day(part.get("begindatum")),
            "einddatum": _day(part.get("einddatum")),
            "opvolgers": [
                following.get("structuuronderdeel_nummer")
                for following in history.get("volgende_structuuronderdelen") or ()
            ],
        }


def is_dual(group: Record) -> bool:
    """Whether an `administratievegroep` of the catalogue is a year of a dual programme."""
    return group.get("administratievegroep_duaal") is True


def _school_year(value: Any) -> Any:
    """`2026-2027` for the API's 2026."""
    return f"{value}-{value + 1}" if isinstance(value, int) else value


def _programme(record: Record) -> Any:
    """What the catalogue says that an administrative group is a year of."""
    part = record.get("structuuronderdeel") or {}
    return (
        part.get("structuuronderdeel_nummer")
        or record.get("structuuronderdeel_groep_nummer")
        or _description(record.get("administratievegroep_studierichting"))
    )


def offering_rows(record: Record, today: date) -> Iterator[Row]:
    """An `ingerichteadministratievegroep` joined with its `administratievegroep`, when dual."""
    if "administratievegroep_code" not in record or "opleiding" in record:
        yield dict(record)
        return
    if not is_dual(record):
        return
    starts_in = record.get("schooljaar")
    begins_later = isinstance(starts_in, int) and (starts_in, 9) > (today.year, today.month)
    yield {
        "schoolnummer": record.get("instelling_nummer"),
        "vestigingsnummer": record.get("instellingslocatie_vestigingsnummer"),
        "opleiding": _programme(record),
        "administratieve groep": record.get("administratievegroep_code"),
        "schooljaar": _school_year(starts_in),
        "status": "goedgekeurd" if begins_later else "ingericht",
    }


def enrolment_rows(record: Record) -> Iterator[Row]:
    """An `inschrijvingsaantal` joined with its `administratievegroep`, when dual."""
    if "administratievegroep_code" not in record or "opleiding" in record:
        yield dict(record)
        return
    if not is_dual(record):
        return
    counts = ("aantal_inschrijvingen", "aantal_leerlingen", "inschrijvingsaantal", "aantal")
    yield {
        "schoolnummer": record.get("instelling_nummer"),
        "vestigingsnummer": record.get("instellingslocatie_vestigingsnummer"),
        "opleiding": _programme(record),
        "administratieve groep": record.get("administratievegroep_code"),
        "schooljaar": _school_year(record.get("schooljaar")),
        "leerlingen": next((record[name] for name in counts if name in record), None),
    }
