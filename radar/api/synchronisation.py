"""How a client keeps a copy: `initial` once, then `changes` for ever, and `details` by key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from radar.api.bodies import json_object
from radar.api.collections import ResourceView
from radar.api.feed import Cursor, read
from radar.api.models import FeedEntry
from radar.api.parameters import form_data, require_valid
from radar.api.problems import BadInput, issue
from radar.api.reader import Reader
from radar.api.resources import Body

CHUNK = 2000
MAX_CHANGES = 2000
MAX_KEYS = 500
MAX_WINDOW = timedelta(days=5)


class NdjsonRenderer(JSONRenderer):
    media_type = "application/x-ndjson"
    format = "ndjson"


class CursorField(forms.CharField):
    """A cursor that we gave out."""

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([0-9]{1,18}-[0-9]{1,18}-[0-9]{1,12})?$"}

    def clean(self, value: Any) -> Cursor | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Cursor.parse(text)
        except ValueError:
            raise ValidationError(_("This is no cursor of ours.")) from None


class InitialQuery(forms.Form):
    """Nothing, or where an interrupted snapshot goes on: the last position, the first cursor."""

    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    cursor = CursorField(required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if (asked.get("after") is None) != (asked.get("cursor") is None) and not self.errors:
            missing = "cursor" if asked.get("cursor") is None else "after"
            self.add_error(missing, _("To go on, give both: the last position and the cursor."))
        return asked


class ChangesQuery(forms.Form):
    """A cursor, or a window of at most five days, or both: the window's next page."""

    cursor = CursorField(required=False, max_length=60)
    changed_from = forms.DateTimeField(required=False)
    changed_until = forms.DateTimeField(required=False)
    limit = forms.IntegerField(required=False, min_value=1, max_value=MAX_CHANGES)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if self.errors:
            return asked
        start, end = asked["changed_from"], asked["changed_until"]
        if (start is None) != (end is None):
            missing = "changed_until" if end is None else "changed_from"
            self.add_error(missing, _("A window has a start and an end."))
        elif start and not timedelta(0) < end - start <= MAX_WINDOW:
            self.add_error("changed_until", _("A window is at most five days long."))
        elif not start and not asked["cursor"]:
            self.add_error("cursor", _("Give the cursor of “initial” or of the last answer."))
        return asked


class Initial(ResourceView):
    """A consistent snapshot as NDJSON: the cursor, then an item a line, then `end`."""

    def get(self, request: Request) -> StreamingHttpResponse:
        query = InitialQuery(form_data(request, InitialQuery))
        require_valid(query)
        asked = query.cleaned_data
        if asked["cursor"]:
            asked["cursor"].check()
        lines = snapshot(self.reader(request), asked["after"], asked["cursor"])
        return StreamingHttpResponse(
            (f"{json.dumps(line, cls=JSONEncoder, ensure_ascii=False)}\n" for line in lines),
            content_type=NdjsonRenderer.media_type,
        )


def snapshot(
    reader: Reader, after: int | None = None, cursor: Cursor | None = None
) -> Iterator[Body]:
    """The lines of `initial`: all of one moment, one chunk of rows in memory at a time.

    Going on after an interruption, the part is of a later moment; with the cursor of the first
    part the changes in between come along in `changes`.
    """
    with transaction.atomic():
        with connection.cursor() as sql:
            sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield {"cursor": str(cursor or Cursor.now())}
        records = reader.resource.records().order_by("pk")
        if after is not None:
            records = records.filter(pk__gt=after)
        count = 0
        chunk: list[tuple[Any, ...]] = []
        for row in reader.values(records).iterator(chunk_size=CHUNK):
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield from _positions(reader, chunk)
                count, chunk = count + CHUNK, []
        yield from _positions(reader, chunk)
        yield {"end": True, "count": count + len(chunk)}


def _positions(reader: Reader, rows: list[tuple[Any, ...]]) -> Iterator[Body]:
    for row, body in zip(rows, reader.bodies(rows), strict=True):
        yield {"position": row[0], "item": body}


class Changes(ResourceView):
    """What was created, changed or deleted after a cursor: at least once, in order, none lost."""

    def get(self, request: Request) -> Response:
        query = ChangesQuery(form_data(request, ChangesQuery))
        require_valid(query)
        asked = query.cleaned_data
        cursor = asked["cursor"] or Cursor.start()
        cursor.check()
        start, end = asked["changed_from"], asked["changed_until"]
        stretch = read(
            self.resource.name,
            cursor,
            asked["limit"] or 500,
            (start, end) if start else None,
        )
        link = request.query_params.copy()
        link["cursor"] = str(stretch.cursor)
        return Response(
            {
                "items": self._items(request, stretch.entries),
                "cursor": str(stretch.cursor),
                "hasMore": stretch.has_more,
                "next": request.build_absolute_uri(f"{request.path}?{link.urlencode()}"),
            }
        )

    def _items(self, request: Request, entries: list[FeedEntry]) -> list[Body]:
        """One change for each key, with the item as it is now; without one, it is deleted."""
        last = {entry.key: entry for entry in entries}
        created = {entry.key for entry in entries if entry.kind == FeedEntry.Kind.CREATED}
        reader, name = self.reader(request), self.resource.key
        found = {str(body[name]): body for body in reader.read(records_with(self, list(last)))}
        items = []
        for key, entry in last.items():
            change: Body = {"key": key, "at": entry.at}
            if key in found:
                change["change"] = "created" if key in created else "changed"
                change["item"] = found[key]
            else:
                change["change"] = "deleted"
            items.append(change)
        return items


def records_with(view: ResourceView, keys: list[str]) -> QuerySet[Any]:
    """The records with these keys, in one query. Raises ValueError for a key of nobody."""
    resource = view.resource
    conditions = [resource.condition(key) for key in keys]
    return resource.records().filter(reduce(or_, conditions) if conditions else Q(pk__in=[]))


class Details(ResourceView):
    """The items with the keys that the body lists, and which of them there are not."""

    def post(self, request: Request) -> Response:
        keys = self._keys(request)
        usable = [key for key in keys if self._is_possible(key)]
        items = self.reader(request).read(records_with(self, usable))
        found = {str(item[self.resource.key]) for item in items}
        return Response({"items": items, "missing": [key for key in keys if key not in found]})

    def _keys(self, request: Request) -> list[str]:
        body = json_object(request, {"keys"})
        keys = body.get("keys")
        if not isinstance(keys, list) or not 1 <= len(keys) <= MAX_KEYS:
            text = _("Give a list of 1 to %(most)s keys.") % {"most": MAX_KEYS}
            raise BadInput([issue("keys", text, place="body")])
        wrong = [key for key in keys if not isinstance(key, str | int) or isinstance(key, bool)]
        if wrong:
            raise BadInput([issue("keys", _("A key is a text or a number."), place="body")])
        return list(dict.fromkeys(map(str, keys)))

    def _is_possible(self, key: str) -> bool:
        try:
            self.resource.condition(key)
        except ValueError:
            return False
        return True
