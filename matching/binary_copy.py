"""Read a query into a NumPy array with PostgreSQL's binary COPY.

Format: PostgreSQL's documentation of COPY, under "Binary Format". With every column of fixed width
and never NULL, each row has the same bytes, so the whole answer is one structured array.
"""

from typing import Any

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, FloatField, QuerySet
from django.db.models.functions import Cast, Coalesce
from numpy.typing import NDArray

SIGNATURE = b"PGCOPY\n\xff\r\n\0"
HEADER = len(SIGNATURE) + 8
TRAILER = 2

#: What an unknown (NULL) integer is read as.
UNKNOWN = -1


def integer(expression: Any) -> Coalesce:
    """An expression as an eight-byte integer; NULL becomes `UNKNOWN`."""
    return Coalesce(Cast(expression, BigIntegerField()), UNKNOWN)


def number(expression: Any) -> Cast:
    """An expression, never NULL, as an eight-byte float."""
    return Cast(expression, FloatField())


def read(query: QuerySet[Any], **columns: Coalesce | Cast) -> NDArray[Any]:
    """The rows of a query as a structured array with these columns, in the query's own order.

    Raises ValueError when a `number` is NULL: its field is shorter than the others.
    """
    names = {f"copy_{name}": expression for name, expression in columns.items()}
    sql, parameters = query.values(**names).query.sql_with_params()
    connection.ensure_connection()
    with (
        # The driver's own cursor: the one that Django wraps around it in DEBUG takes no parameters.
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT BINARY)", parameters) as copy,
    ):
        data = b"".join(bytes(part) for part in copy)
    if not data.startswith(SIGNATURE):
        raise ValueError("PostgreSQL answered something other than a binary COPY.")
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for name, expression in columns.items():
        kind = ">f8" if isinstance(expression, Cast) else ">i8"
        fields += [(f"{name} length", ">i4"), (name, kind)]
    row = np.dtype(fields)
    body = len(data) - HEADER - TRAILER
    if body % row.itemsize:
        raise ValueError("A column is NULL or not of eight bytes.")
    rows = np.frombuffer(data, dtype=row, count=body // row.itemsize, offset=HEADER)
    for name in columns:
        if (rows[f"{name} length"] != 8).any():
            raise ValueError(f"The column {name} is NULL or not of eight bytes.")
    native = np.dtype([(name, row[name].newbyteorder("=")) for name in columns])
    found = np.empty(len(rows), dtype=native)
    for name in columns:
        found[name] = rows[name]
    return found
