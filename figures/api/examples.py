"""Answers of the statistics as the documentation shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

HOST = "https://radar.example.org/api/v1/statistics"
_WHEN = "2026-11-24T04:10:07+01:00"
_MEASURES = [
    {
        "name": "offerings",
        "title": "geprogrammeerde opleidingen",
        "explanation": "Een opleiding aan een vestigingsplaats die leerlingen in het schooljaar "
        "kunnen volgen: goedgekeurd of ingericht.",
    },
    {
        "name": "pupils",
        "title": "leerlingen",
        "explanation": "Ingeschreven leerlingen, waar hun aantal bekend is.",
    },
]
_ROW: dict[str, Any] = {
    "province": "70000",
    "provinceName": "Limburg",
    "offerings": 214,
    "offeringsChange": 9,
    "pupils": 702,
    "pupilsChange": None,
    "withheld": ["pupilsChange"],
}
_TOTAL: dict[str, Any] = {
    "province": None,
    "provinceName": "totaal",
    "offerings": 1734,
    "offeringsChange": 84,
    "pupils": 5487,
    "pupilsChange": 307,
    "withheld": [],
}
_LINK = f"{HOST}/offerings?by=province&page=1&pageSize=50"

TABLE_LIST = OpenApiExample(
    "tables",
    value={
        "items": [
            {
                "name": "offerings",
                "title": "Geprogrammeerde opleidingen",
                "question": "Wat wordt waar aangeboden, en aan hoeveel leerlingen?",
                "source": "Opleidingsaanbod en inschrijvingen van Onderwijs",
                "dimensions": [{"name": "province", "title": "provincie"}],
                "measures": _MEASURES,
                "href": f"{HOST}/offerings",
            }
        ],
        "total": 1,
        "schoolYears": ["2025-2026", "2026-2027"],
        "computedAt": _WHEN,
    },
    response_only=True,
)
TABLE = OpenApiExample(
    "page",
    value={
        "items": [_ROW],
        "total": 1,
        "page": 1,
        "pageSize": 50,
        "self": _LINK,
        "first": _LINK,
        "last": _LINK,
        "totals": [_TOTAL],
        "table": "offerings",
        "schoolYear": "2026-2027",
        "computedAt": _WHEN,
        "source": "Opleidingsaanbod en inschrijvingen van Onderwijs",
        "columns": _MEASURES,
    },
    response_only=True,
    media_type="application/json",
)
TABLE_CSV = OpenApiExample(
    "csv",
    value="province,provinceName,offerings,offeringsChange,pupils,pupilsChange\r\n"
    "70000,Limburg,214,9,702,c\r\n,totaal,1734,84,5487,307\r\n",
    response_only=True,
    media_type="text/csv",
)
