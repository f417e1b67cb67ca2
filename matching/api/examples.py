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
    "vacancies": 86,
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
_PAIR = {
    "rank": 1,
    "score": 0.736281,
    "distance": 939,
    "components": [
        {"name": "proximity", "value": 0.936995, "weight": 0.35, "known": True},
        {"name": "places", "value": 0.333333, "weight": 0.25, "known": True},
    ],
    "travel": {"mode": "cycling", "minutes": 5, "source": "estimate"},
    "explanation": "Op 0,9 km hemelsbreed. 5 minuten met de fiets (geschat). 1 vrije plaats. Weegt "
    "het meest door: nabijheid.",
    "recognition": {
        "programme": 88,
        "validFrom": "2024-09-28",
        "validUntil": "2029-09-27",
        "lapsesDuringYear": False,
    },
    "places": {"known": True, "offered": 3, "taken": 2, "free": 1},
}
MATCH = {
    **_PAIR,
    "establishment": {
        "name": "Installaties Voorbeeld Gent",
        "unitNumber": "2123456703",
        "enterpriseNumber": "0123456749",
        "locationPrecision": "house_number",
        "address": "Veldstraat 1, 9000 Gent",
        "point": {"type": "Point", "coordinates": [3.7174, 51.0543]},
    },
}
MATCHES = _page("/campuses/039107-1/matches?programme=88&", MATCH)
CAMPUS_MATCHES = _page(
    "/establishments/2123456703/matches?",
    {
        **_PAIR,
        "campus": {
            "key": "039107-1",
            "name": "Demoschool, campus Noord",
            "school": "039107",
            "address": "Schoolstraat 5, 9000 Gent",
            "point": {"type": "Point", "coordinates": [3.7261, 51.0601]},
        },
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
            "pupils": [
                {"reference": "L-17", "programme": "88", "postalCode": "9000", "km": 15},
                {"reference": "L-18", "programme": "88", "campus": "039107-2"},
            ],
        },
        request_only=True,
    ),
    OpenApiExample(
        "places",
        value={
            "placed": 1,
            "schools": [
                {
                    "school": "039107",
                    "pupils": 2,
                    "placed": 1,
                    "placedAlone": 1,
                    "meanDistance": 4210,
                }
            ],
            "blockingPairs": [],
            "pupils": [
                {
                    "reference": "L-17",
                    "campus": "039107-1",
                    "programme": 88,
                    "unitNumber": "2123456703",
                    "establishment": "Installaties Voorbeeld Gent",
                    "distance": 4210,
                },
                {
                    "reference": "L-18",
                    "campus": "039107-2",
                    "programme": 88,
                    "why": "no_free_place",
                    "remedy": {"askForPlacesAt": "2123456604", "fartherMetres": 1830},
                },
            ],
        },
        response_only=True,
    ),
]
JOB_QUESTIONS = OpenApiExample(
    "questions",
    value={
        "questions": [
            {"campus": "039107-1", "programme": "88", "radius": 25},
            {"establishment": "2123456703"},
            {"longitude": 3.7174, "latitude": 51.0543, "programme": "88"},
        ],
        "most": 20,
    },
    request_only=True,
)
_JOB_HREF = f"{HOST}/matchJobs/0e2f2f6e-9d7a-4c0b-b3d9-1f6f2b8a6c11"
JOB = OpenApiExample(
    "job",
    value={
        "id": "0e2f2f6e-9d7a-4c0b-b3d9-1f6f2b8a6c11",
        "href": _JOB_HREF,
        "status": "done",
        "total": 3,
        "done": 3,
        "createdAt": "2026-11-24T10:00:00+01:00",
        "finishedAt": "2026-11-24T10:00:01+01:00",
        "expiresAt": "2026-12-01T10:00:00+01:00",
        "result": f"{_JOB_HREF}/result",
    },
    response_only=True,
)
_ALLOCATION_HREF = f"{HOST}/allocationJobs/0e2f2f6e-9d7a-4c0b-b3d9-1f6f2b8a6c11"
ALLOCATION_JOB = OpenApiExample(
    "job",
    value={
        "id": "0e2f2f6e-9d7a-4c0b-b3d9-1f6f2b8a6c11",
        "href": _ALLOCATION_HREF,
        "status": "done",
        "total": 3,
        "done": 3,
        "createdAt": "2026-11-24T10:00:00+01:00",
        "finishedAt": "2026-11-24T10:00:01+01:00",
        "expiresAt": "2026-11-25T10:00:00+01:00",
        "result": f"{_ALLOCATION_HREF}/result",
    },
    response_only=True,
)
JOB_RESULT_LINES = [
    OpenApiExample(
        "a line",
        value={"question": 0, "total": 1, "items": [MATCH]},
        response_only=True,
        media_type="application/x-ndjson",
    ),
    OpenApiExample(
        "lines",
        value="question,campus,unitNumber,name,programme,rank,score,distance,placesFree,problem\n"
        "0,,2123456703,Installaties Voorbeeld Gent,88,1,0.736281,939,1,\n",
        response_only=True,
        media_type="text/csv",
    ),
]
