"""Records as bodies: the query of the columns that are asked, and the JSON of each row."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import QuerySet

from radar.api.resources import Body, Property, Reference, Resource

#: Decimals of a degree in an answer: ten centimetres.
PRECISION = 6


@dataclass
class Reader:
    """Turns the records of a query into bodies: nothing that is unknown, no null."""

    resource: Resource
    #: What absolute links start with.
    host: str
    #: Whether the caller has a scope.
    scopes: Callable[[str], bool]
    select: Collection[str] = ()
    embed: Collection[str] = ()

    def __post_init__(self) -> None:
        resource = self.resource
        self._properties = [
            p
            for p in resource.properties
            if (p.name == resource.key or self._wanted(p.name))
            and (p.scope is None or self.scopes(p.scope))
        ]
        self._references = [r for r in resource.references if self._wanted(r.name)]
        self._has_point = bool(resource.point) and self._wanted("point")

    def _wanted(self, name: str) -> bool:
        return not self.select or name in self.select

    def personal(self) -> Iterator[Resource]:
        """The resources of whose records it shows personal data, embedded ones too."""
        if any(p.scope for p in self._properties):
            yield self.resource
        for reference in self._references:
            if reference.name in self.embed:
                yield from Reader(reference.to, self.host, self.scopes).personal()

    def values(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """The query of the columns that the bodies need, the primary key first."""
        shown: list[Property | Reference] = [*self._properties, *self._references]
        expressions: dict[str, Any] = {
            f"_{p.name}": p.source for p in self._properties if not isinstance(p.source, str)
        }
        expressions |= {f"_{r.name}": r.key for r in self._references if r.key}
        names = ["pk", *(item.alias for item in shown)]
        names += [f"{r.source}_id" for r in self._references]
        if self._has_point:
            expressions["_point"] = AsGeoJSON(self.resource.point, precision=PRECISION)
            names.append("_point")
        return records.annotate(**expressions).values_list(*names)

    def bodies(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[Body]:
        """The bodies of the rows of `values`, without what is embedded."""
        links = f"{self.host}{self.resource.path}/"
        plain = [(n, p.name, p.read) for n, p in enumerate(self._properties, start=1)]
        linked = [
            (n, r.name, r.to.key, r.to.by_name[r.to.key].read, f"{self.host}{r.to.path}/")
            for n, r in enumerate(self._references, start=1 + len(plain))
        ]
        key = next(n for n, name, _ in plain if name == self.resource.key)
        for row in rows:
            body: Body = {}
            for n, name, read in plain:
                value = row[n]
                if value is None or value == "":
                    continue
                body[name] = read(value) if read else value
            for n, name, other, _read, link in linked:
                if row[n] is not None:
                    body[name] = {other: row[n], "href": f"{link}{row[n]}"}
            if self._has_point and row[-1] is not None:
                body["point"] = json.loads(row[-1])
            body["href"] = f"{links}{row[key]}"
            yield body

    def read(self, records: QuerySet[Any]) -> list[Body]:
        """The bodies of a page of records: one query, and one for each thing embedded."""
        rows = list(self.values(records))
        bodies = list(self.bodies(rows))
        first = 1 + len(self._properties) + len(self._references)
        for n, reference in enumerate(self._references, start=first):
            if reference.name in self.embed:
                inner = Reader(reference.to, self.host, self.scopes)
                others = list(
                    inner.values(reference.to.records().filter(pk__in={r[n] for r in rows}))
                )
                found = dict(zip((o[0] for o in others), inner.bodies(others), strict=True))
                for row, body in zip(rows, bodies, strict=True):
                    if row[n] in found:
                        body[reference.name] = found[row[n]]
        return bodies
