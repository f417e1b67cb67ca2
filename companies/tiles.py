"""Vector tiles of the establishments where pupils can train today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

MAX_ZOOM = 18
#: Below this zoom establishments are drawn together, in cells of a sixty-fourth of a tile.
CLUSTER_BELOW = 10
CELLS = 64

# The points of a tile, and of a margin around it so that no symbol is cut off at its edge.
_POINTS = """
    WITH bounds AS (
        SELECT
            ST_TileEnvelope(%(zoom)s, %(x)s, %(y)s) AS tile,
            ST_Transform(ST_TileEnvelope(%(zoom)s, %(x)s, %(y)s, margin => 0.0156), 4326) AS area
    ),
    points AS (
        SELECT
            ST_Transform(e.point, 3857) AS point,
            e.unit_number, e.name, count(*) AS recognitions, bounds.tile
        FROM bounds
        JOIN companies_establishment e ON e.point && bounds.area
        JOIN companies_company c ON c.id = e.company_id
        JOIN companies_recognition r ON r.establishment_id = e.id
        JOIN schools_programme p ON p.id = r.programme_id
        WHERE e.stopped_on IS NULL AND c.stopped_on IS NULL
            AND r.status = 'recognised' AND %(today)s BETWEEN r.valid_from AND r.valid_until
            AND (%(programme)s::int IS NULL OR p.number = %(programme)s)
        GROUP BY e.id, bounds.tile
    )
"""
_ONE_BY_ONE = """,
    features AS (
        SELECT
            ST_AsMVTGeom(point, tile, 4096, 64) AS geom,
            unit_number AS "unitNumber", name, recognitions
        FROM points
    )
    SELECT ST_AsMVT(features, 'establishments') FROM features
"""
_TOGETHER = """,
    cells AS (
        SELECT
            ST_Centroid(ST_Collect(point)) AS point, tile,
            count(*) AS establishments, sum(recognitions)::int AS recognitions
        FROM points
        GROUP BY tile, ST_SnapToGrid(point, (ST_XMax(tile) - ST_XMin(tile)) / %(cells)s)
    ),
    features AS (
        SELECT ST_AsMVTGeom(point, tile, 4096, 64) AS geom, establishments, recognitions
        FROM cells
    )
    SELECT ST_AsMVT(features, 'clusters') FROM features
"""


@dataclass(frozen=True)
class Tile:
    """A square of the web's map. Raises ValueError for one that there is not."""

    zoom: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.zoom <= MAX_ZOOM or not (
            0 <= self.x < 2**self.zoom and 0 <= self.y < 2**self.zoom
        ):
            raise ValueError(self)

    def draw(self, today: date, programme: int | None = None) -> bytes:
        """The Mapbox vector tile: a layer `establishments`, or `clusters` at a low zoom.

        It holds who is recognised today for a programme (its number), or for any.
        """
        values: dict[str, int | date | None] = {
            "zoom": self.zoom,
            "x": self.x,
            "y": self.y,
            "today": today,
            "programme": programme,
            "cells": CELLS,
        }
        rest = _TOGETHER if self.zoom < CLUSTER_BELOW else _ONE_BY_ONE
        with connection.cursor() as cursor:
            cursor.execute(_POINTS + rest, values)
            return bytes(cursor.fetchone()[0])
