"""A ranking as the matches page shows it: rows of a page, and dots on the map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

from django.core.paginator import Page

from companies.models import Recognition
from matching.pairs import Pair, pairs
from matching.ranking import Ranking

#: Scores fall in five bands of equal width, one colour each on the list and the map.
BANDS = 5


def band(score: float) -> int:
    """The band of a score in 0..1: 1 (low) to 5 (high)."""
    return min(int(score * BANDS), BANDS - 1) + 1


@dataclass(frozen=True)
class Row:
    """A ranked pair with what the list shows of it."""

    pair: Pair

    @property
    def band(self) -> int:
        return band(self.pair.score)

    @property
    def places_free(self) -> int | None:
        return self.pair.workplace.places_free if self.pair.workplace else None


class Rows(Sequence[Row]):
    """The rows of a ranking, read from the database for the slice that is asked."""

    def __init__(self, ranking: Ranking) -> None:
        self.ranking = ranking

    def __len__(self) -> int:
        return len(self.ranking)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        return [Row(pair) for pair in pairs(self.ranking, index.start or 0, index.stop)]


@dataclass(frozen=True)
class MapData:
    """What the map draws of a ranking: the campus, the radius and a dot per workplace."""

    ranking: Ranking
    page: "Page[Row]"

    def as_json(self) -> dict[str, Any]:
        point = self.ranking.campus.point
        return {
            "campus": None if point is None else [point.x, point.y],
            "name": str(self.ranking.campus),
            "radius": self.ranking.radius_km * 1000,
            "page": self.page.number,
            "perPage": self.page.paginator.per_page,
            "dots": self._dots(),
        }

    def _dots(self) -> list[list[float]]:
        """[longitude, latitude, rank, band] per workplace, best first."""
        ids = [int(pk) for pk in self.ranking.candidates.recognition_ids]
        points = dict(
            Recognition.objects.filter(pk__in=ids).values_list("pk", "establishment__point")
        )
        scores = self.ranking.scores.score
        return [
            [round(point.x, 5), round(point.y, 5), rank, band(float(scores[row]))]
            for rank, row in enumerate(self.ranking.order, start=1)
            if (point := points[ids[row]]) is not None
        ]
