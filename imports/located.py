"""Records with an address and a point, as importers write them."""

from __future__ import annotations

from collections.abc import Mapping

from geo.precision import LocationPrecision, LocationSource

#: The columns of `geo.addresses.Located`, and how those are shown whose text does not do.
COLUMNS = (
    "street",
    "house_number",
    "box",
    "postal_code",
    "municipality_id",
    "point",
    "precision",
    "location_source",
)
SHOWN = {
    "municipality_id": "(SELECT name FROM geo_municipality WHERE id = {})",
    "point": "round(ST_Y({0})::numeric, 5) || ' ' || round(ST_X({0})::numeric, 5)",
}


def location(known: str, unmoved: str, given: tuple[str, Mapping[str, str]] | None = None) -> str:
    """SQL for `point`, `precision` and `location_source`.

    `known` is the record that is there, which may be absent. A location set by hand stays. Else
    comes what is `given`: under which condition, and a value per column. Else the known one stays
    while the condition `unmoved` holds; a point of another address is no point.
    """
    nothing = {
        "point": "NULL",
        "precision": f"'{LocationPrecision.UNKNOWN}'",
        "location_source": f"'{LocationSource.UNKNOWN}'",
    }
    condition, values = given or ("false", nothing)
    return ", ".join(
        f"""
        CASE WHEN {known}.location_source = '{LocationSource.MANUAL}' THEN {known}.{column}
            WHEN {condition} THEN {values[column]}
            WHEN {unmoved} THEN {known}.{column}
            ELSE {absent} END AS {column}
        """
        for column, absent in nothing.items()
    )
