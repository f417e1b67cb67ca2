"""Which municipality of today a code, or a postal code with a name, stands for."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Self

from geo.models import Municipality, PostalCode


def _folded(name: str) -> str:
    """A name without case, accents and signs: `Sint-Niklaas` is `SINT NIKLAAS`."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


class Towns:
    """Looks up municipalities by primary key, in memory: some three hundred, and their codes.

    Codes from before a merger lead to the municipality of today.
    """

    def __init__(
        self,
        municipalities: Iterable[tuple[int, str, str, int | None, int | None]],
        places: Iterable[tuple[str, str, int]],
    ) -> None:
        """Municipalities as (key, NIS code, name, key of the one it merged into, population);
        places as (postal code, name, key of the municipality).
        """
        rows = list(municipalities)
        heirs = {key: heir for key, _code, _name, heir, _population in rows if heir}
        population = {key: people or 0 for key, _code, _name, _heir, people in rows}

        def today(key: int) -> int:
            while key in heirs:
                key = heirs[key]
            return key

        self._by_code = {code: today(key) for key, code, *_ in rows}
        names = {(_folded(name), today(key)) for key, _code, name, *_ in rows}
        self._by_postal_code: dict[str, list[int]] = defaultdict(list)
        self._by_place: dict[tuple[str, str], int] = {}
        for code, name, key in places:
            self._by_place[code, _folded(name)] = today(key)
            if today(key) not in self._by_postal_code[code]:
                self._by_postal_code[code].append(today(key))
        for code, keys in self._by_postal_code.items():
            # A few codes serve two municipalities; without a name, the larger one.
            keys.sort(key=lambda key: -population[key])
            for name, key in names:
                if key in keys:
                    self._by_place.setdefault((code, name), key)

    @classmethod
    def load(cls) -> Self:
        """With what the database knows, in two queries."""
        return cls(
            Municipality.objects.values_list(
                "pk", "nis_code", "name", "merged_into_id", "population"
            ),
            PostalCode.objects.values_list("code", "place_name", "municipality_id"),
        )

    def of_code(self, nis_code: str) -> int | None:
        """By NIS code, old or new; None for one we do not know."""
        return self._by_code.get(nis_code)

    def of_postal_code(self, code: str, name: str = "") -> int | None:
        """By postal code; where it serves several municipalities, by the name beside it.

        None for a postal code outside Flanders and Brussels.
        """
        keys = self._by_postal_code.get(code)
        if not keys:
            return None
        return self._by_place.get((code, _folded(name)), keys[0])
