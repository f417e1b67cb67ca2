"""A whole ranking to take along: a table for a spreadsheet, or points for a map."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from geo.reach import Trip
from matching.explanation import component_label
from matching.pairs import Pair, pairs
from matching.ranking import Ranking
from radar.web.spreadsheets import FORMATS, records_response

GEOJSON = "geojson"
#: What may be asked for by `format=`.
DOWNLOADS = (*FORMATS, GEOJSON)


def download(ranking: Ranking, suffix: str) -> HttpResponse:
    """All pairs of a ranking in one of `DOWNLOADS`."""
    name = f"leerwerkplekken-{ranking.campus.key}-{ranking.programme.number}"
    found = pairs(ranking)
    if suffix == GEOJSON:
        return _geojson(found, name)
    return records_response(name, suffix, [_record(pair) for pair in found], empty=[_("rank")])


def _record(pair: Pair) -> dict[str, Any]:
    """A pair under the words of the screen. Unknown is empty."""
    establishment, recognition, workplace = pair.establishment, pair.recognition, pair.workplace
    components = {
        f"{component_label(term.name)} (0-100)": round(100 * term.value) for term in pair.components
    }
    return {
        _("rank"): pair.rank,
        _("score (0-100)"): round(100 * pair.score, 1),
        _("establishment"): establishment.name,
        _("establishment number"): establishment.dotted_number,
        _("company"): establishment.company.name,
        _("enterprise number"): establishment.company.dotted_number,
        _("street"): establishment.street,
        _("house number"): establishment.house_number,
        _("postal code"): establishment.postal_code,
        _("municipality"): establishment.municipality.name if establishment.municipality else "",
        _("distance, straight line (km)"): round(pair.distance / 1000, 2),
        **_travel(pair.trip),
        _("precision of the location"): establishment.get_precision_display(),
        _("free places"): workplace.places_free if workplace else None,
        _("places offered"): workplace.places_offered if workplace else None,
        _("recognised until"): recognition.valid_until,
        _("ends during the school year"): _("yes") if pair.lapses_during_year else _("no"),
        **components,
    }


def _travel(trip: Trip | None) -> dict[str, Any]:
    if trip is None:
        return {}
    return {
        _("mode"): str(trip.mode.label),
        _("travel time (minutes)"): None if trip.minutes is None else round(trip.minutes),
        _("source of the travel time"): str(trip.source.label),
    }


def _geojson(found: list[Pair], name: str) -> HttpResponse:
    """The pairs as GeoJSON (RFC 7946): WGS 84, longitude first."""
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [round(value, 6) for value in pair.establishment.point.coords],
            },
            "properties": {
                "rank": pair.rank,
                "score": round(pair.score, 4),
                "name": pair.establishment.name,
                "unitNumber": pair.establishment.unit_number,
                "address": pair.establishment.address,
                "precision": pair.establishment.precision,
                "distance": round(pair.distance),
                **({"travel": pair.trip.as_json()} if pair.trip else {}),
                **(
                    {"placesFree": pair.workplace.places_free}
                    if pair.workplace and pair.workplace.places_free is not None
                    else {}
                ),
            },
        }
        for pair in found
        if pair.establishment.point is not None
    ]
    return JsonResponse(
        {"type": "FeatureCollection", "features": features},
        content_type="application/geo+json",
        headers={"Content-Disposition": f'attachment; filename="{name}.geojson"'},
    )
