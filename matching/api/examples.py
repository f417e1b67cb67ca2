"""Answers of the engine as the documentation shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

HOST = "https://radar.example.org/api/v1"


def _page(path: str, item: dict[str, Any]) -> OpenApiExample:
    """A page of one item."""
    link = f"{HOST}{path}page=1&pageSize=50"
    numbers = {"total": 1, "page": 1, "pageSize": 50}
    links = {"self": link, "first": link, "last": link}
    return OpenApiExample("page", value={"items": [item], **numbers, **links}, response_only=True)


_OPPORTUNITY = {
    "programme": 88,
    "title": "Elektrische installaties duaal",
    "offered": False,
    "pupils": 4,
    "recognitions": 19,
    "recognitionsWithUnknownPlaces": 10,
    "places": {"low": 12.0, "high": 22.0},
    "placesFree": 9.0,
    "pupilsDrawing": 0,
    "placesPerPupil": {"low": 3.0, "high": 5.3929},
    "lapsingShare": 0.1053,
    "rivals": [],
    "nearestDistance": 1240,
    "advice": "open",
    "reasons": ["plenty", "nobody_near"],
    "explanation": "Er is ruimte voor meer leerlingen. Geen andere vestigingsplaats binnen bereik "
    "biedt ze aan.",
}
_SIDE = {
    "offered": True,
    "pupils": 14,
    "pupilsDrawing": 22,
    "placesPerPupil": {"low": 0.8, "high": 1.2},
    "rivals": 2,
    "advice": "keep",
}

OPPORTUNITIES = _page("/campuses/039107-1/opportunities?", _OPPORTUNITY)
PROGRAMME_OPPORTUNITIES = _page(
    "/programmes/88/opportunities?",
    {"campus": "039107-1", "name": "Demoschool, campus Noord", **_OPPORTUNITY},
)
MATCHES = _page(
    "/campuses/039107-1/matches?programme=88&",
    {
        "rank": 1,
        "score": 0.736281,
        "distance": 939,
        "components": [
            {"name": "proximity", "value": 0.936995, "weight": 0.35, "known": True},
            {"name": "places", "value": 0.333333, "weight": 0.25, "known": True},
        ],
        "explanation": "Op 0,9 km hemelsbreed. 1 vrije plaats. Weegt het meest door: nabijheid.",
        "recognition": {
            "programme": 88,
            "validFrom": "2024-09-28",
            "validUntil": "2029-09-27",
            "lapsesDuringYear": False,
        },
        "establishment": {
            "name": "Installaties Voorbeeld Gent",
            "unitNumber": "2123456703",
            "enterpriseNumber": "0123456749",
            "locationPrecision": "house_number",
            "address": "Veldstraat 1, 9000 Gent",
            "point": {"type": "Point", "coordinates": [3.7174, 51.0543]},
        },
        "places": {"known": True, "offered": 3, "taken": 2, "free": 1},
    },
)
SCENARIO = [
    OpenApiExample(
        "scenario",
        value={
            "schoolYear": "2026-2027",
            "changes": [{"kind": "open", "campus": "039107-1", "programme": "88", "pupils": 6}],
        },
        request_only=True,
    ),
    OpenApiExample(
        "outcome",
        value={
            "schoolYear": "2026-2027",
            "effects": [
                {
                    "campus": "900002-1",
                    "name": "Demoschool De Brug",
                    "programme": 88,
                    "changed": False,
                    "before": _SIDE,
                    "after": _SIDE | {"pupilsDrawing": 25, "rivals": 3},
                }
            ],
        },
        response_only=True,
    ),
]
ALLOCATION = [
    OpenApiExample(
        "pupils",
        value={
            "campus": "039107-1",
            "pupils": [{"reference": "L-17", "programme": "88", "postalCode": "9000", "km": 15}],
        },
        request_only=True,
    ),
    OpenApiExample(
        "places",
        value={
            "placed": 1,
            "pupils": [
                {
                    "reference": "L-17",
                    "programme": 88,
                    "unitNumber": "2123456703",
                    "establishment": "Installaties Voorbeeld Gent",
                    "distance": 4210,
                }
            ],
        },
        response_only=True,
    ),
]
