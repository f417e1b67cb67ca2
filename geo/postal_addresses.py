"""An address as a geocoder is asked for it, and how alike two addresses are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Written short in sources, in full in the registers.
_IN_FULL = {
    "str": "straat",
    "stw": "steenweg",
    "stwg": "steenweg",
    "ln": "laan",
    "st": "sint",
    "ste": "sinte",
}
#: What kind of way a street is. Half of all names end in "straat", which would make any two alike.
_WAY = re.compile(
    r"(straat|steenweg|laan|lei|dreef|plein|plaats|markt|kaai|vest|singel|baan|weg|hof|park|pad)$"
)
#: What a name is still worth when it belongs to another kind of way: Kerkstraat is not Kerklaan.
_OTHER_WAY = 0.7


def normalise(text: str) -> str:
    """Lower case without accents, punctuation and the usual abbreviations."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return " ".join(_IN_FULL.get(word, re.sub(r"(?<=\w{3})str$", "straat", word)) for word in words)


def likeness(one: str, other: str) -> float:
    """How alike two names of streets or places are, 0 to 1. Of a name in two languages the better.

    >>> likeness("Kerkstr.", "KERKSTRAAT"), likeness("Wetstraat", "Rue de la Loi - Wetstraat")
    (1.0, 1.0)
    """
    return max(
        _likeness(normalise(left), normalise(right))
        for left in re.split(r" - |/", one)
        for right in re.split(r" - |/", other)
    )


def _likeness(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    one, other = one.replace(" ", ""), other.replace(" ", "")
    if one == other:
        return 1.0
    ways = [_WAY.search(name) for name in (one, other)]
    same_way = (ways[0] and ways[0][0]) == (ways[1] and ways[1][0])
    stem, other_stem = _WAY.sub("", one), _WAY.sub("", other)
    ratio = SequenceMatcher(None, stem, other_stem, autojunk=False).ratio()
    return ratio if same_way else ratio * _OTHER_WAY


def first_number(house_number: str) -> str:
    """The number itself: 12 of "12A", "12-14" and "12 bus 3"; empty without one."""
    found = re.search(r"\d+", house_number)
    return found[0].lstrip("0") if found else ""


@dataclass(frozen=True)
class PostalAddress:
    """An address in parts, without the box: all boxes of a building share its point."""

    street: str = ""
    house_number: str = ""
    postal_code: str = ""
    #: Names of the municipality: today's, and the former one if it merged.
    municipalities: tuple[str, ...] = ()
    #: Code of today's municipality.
    nis_code: str = ""

    def __str__(self) -> str:
        """As a letter has it: "Fonteinstraat 75, 3000 Leuven"."""
        place = " ".join(part for part in (self.postal_code, *self.municipalities[:1]) if part)
        return ", ".join(part for part in (self.door, place) if part)

    @property
    def door(self) -> str:
        """Street and house number; empty without a street, since a number alone says nothing."""
        return f"{self.street} {self.house_number}".strip() if self.street.strip() else ""

    @property
    def key(self) -> str:
        """The same for two spellings of one address, `fonteinstraat|75|3000|24062`.

        The municipality is today's, so that a merger makes no new address.
        """
        street = normalise(self.street)
        number = normalise(self.house_number).replace(" ", "") if street else ""
        return "|".join((street[:160], number[:30], self.postal_code, self.nis_code))

    @property
    def is_askable(self) -> bool:
        """False without a place: a street name alone is in dozens of municipalities."""
        return bool(self.postal_code or self.municipalities)
