"""Writing an item: `POST` makes one, `PATCH` changes one that nobody else changed meanwhile.

What is allowed is the model's business: `full_clean`, and below it the constraints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pghistory
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from radar.api.bodies import check_object
from radar.api.callers import client_of
from radar.api.collections import Collection, Item, ResourceView
from radar.api.etags import etag_of
from radar.api.idempotency import once
from radar.api.parameters import camel
from radar.api.problems import BadInput, Issue, issue, problem_of
from radar.api.resources import Body, Resource

MAX_BATCH = 500


class PreconditionRequired(exceptions.APIException):
    """428: say which state of the item you change."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    belgif_type = "preconditionRequired"

    def __init__(self) -> None:
        super().__init__(_("Give the ETag of the item that you change in If-Match."))


class PreconditionFailed(exceptions.APIException):
    """412: somebody else changed it since you read it."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    belgif_type = "preconditionFailed"

    def __init__(self) -> None:
        super().__init__(_("The item has changed since you read it: read it again."))


class StrictIntegerField(serializers.IntegerField):
    """A number, and not a text with a number in it."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


@dataclass(frozen=True, eq=False)
class Writing:
    """What of a resource may be written, and the scope that it needs."""

    resource: Resource
    scope: str
    #: Fields that may be changed, under the names of the model's.
    change: type[serializers.Serializer[Any]]
    #: Fields of a new item, which the first are part of; without it nobody makes one.
    create: type[serializers.Serializer[Any]] | None = None
    example: Body | None = None
    #: What else has to hold of a record and the values it would get; raises ValidationError.
    check: Callable[[Any, Mapping[str, Any]], None] | None = None


class Writes:
    """What a view needs to write items of a resource; beside a ResourceView."""

    writing: Writing

    def save(self, request: Request, key: str | None, sent: Any, if_match: str | None) -> Body:
        """Make an item (no key) or change one. Raises what the caller did wrong."""
        resource = self.writing.resource
        kind = self.writing.change if key is not None else self.writing.create
        if kind is None:
            raise exceptions.MethodNotAllowed("POST")
        values = _values(kind, sent, partial=key is not None)
        client = client_of(request)
        with transaction.atomic(), pghistory.context(api_client=client and client.client_id):
            if key is None:
                record = resource.records().model()
            else:
                record = self._locked(request, key, if_match)
                self._check(record, values)
            for name, value in values.items():
                setattr(record, name, value)
            _save(record)
        reader = self.reader(request)  # type: ignore[attr-defined]
        body: Body = reader.read(resource.records().filter(pk=record.pk))[0]
        return body

    def _check(self, record: models.Model, values: Mapping[str, Any]) -> None:
        """What the resource asks beside its model. Raises BadInput."""
        if self.writing.check is None:
            return
        try:
            self.writing.check(record, values)
        except ValidationError as error:
            raise BadInput(_issues(error)) from None

    def _locked(self, request: Request, key: str, if_match: str | None) -> models.Model:
        """The record, locked, in the state that the caller read."""
        resource = self.writing.resource
        record = resource.with_key(key).select_for_update(of=("self",)).first()
        if record is None:
            raise Http404
        if if_match is None:
            raise PreconditionRequired
        reader = self.reader(request)  # type: ignore[attr-defined]
        now = etag_of(reader.read(resource.records().filter(pk=record.pk))[0])
        if if_match.strip() not in ("*", now):
            raise PreconditionFailed
        return record


def _values(kind: type[serializers.Serializer[Any]], sent: Any, *, partial: bool) -> dict[str, Any]:
    """The values of a body under the model's names. Raises BadInput with an issue per field."""
    names = {camel(str(name)): str(name) for name in kind().fields}
    body = check_object(sent, names)
    bound = kind(data={names[name]: value for name, value in body.items()}, partial=partial)
    if not bound.is_valid():
        raise BadInput(
            issue(camel(name), str(text), place="body")
            for name, texts in bound.errors.items()
            for text in (texts if isinstance(texts, list) else [texts])
        )
    return dict(bound.validated_data)


def _issues(error: ValidationError) -> list[Issue]:
    """An issue per text, under the name of its field."""
    by_field = hasattr(error, "error_dict")
    found = error.message_dict if by_field else {NON_FIELD_ERRORS: error.messages}
    return [
        issue("body" if name == NON_FIELD_ERRORS else camel(name), text, place="body")
        for name, texts in found.items()
        for text in texts
    ]


def _save(record: models.Model) -> None:
    """Save a record that its model finds right. Raises BadInput."""
    try:
        record.full_clean()
        record.save()
    except ValidationError as error:
        raise BadInput(_issues(error)) from None
    except IntegrityError:  # somebody else was first, between the check and now
        text = _("This does not go together with what there is.")
        raise BadInput([issue("body", text, place="body")]) from None


class WritableCollection(Writes, Collection):
    def post(self, request: Request) -> Response:
        def act() -> Response:
            body = self.save(request, None, request.data, None)
            headers = {"Location": body["href"], "ETag": etag_of(body)}
            return Response(body, status=status.HTTP_201_CREATED, headers=headers)

        return once(request, act)


class WritableItem(Writes, Item):
    def patch(self, request: Request, key: str) -> Response:
        def act() -> Response:
            body = self.save(request, key, request.data, request.headers.get("If-Match"))
            return Response(body, headers={"ETag": etag_of(body)})

        return once(request, act)


class Batch(Writes, ResourceView):
    """Up to 500 items, each made or changed by itself: one that fails does not stop the others."""

    def post(self, request: Request) -> Response:
        entries = check_object(request.data, {"items"}).get("items")
        if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_BATCH:
            text = _("Give a list of 1 to %(most)s items.") % {"most": MAX_BATCH}
            raise BadInput([issue("items", text, place="body")])
        return once(request, lambda: Response({"items": [self._one(request, e) for e in entries]}))

    def _one(self, request: Request, entry: Any) -> Body:
        """What became of one entry."""
        act: Callable[[], Body] = partial(self._write, request, entry)
        try:
            with transaction.atomic():
                return act()
        except (exceptions.APIException, Http404) as error:
            problem = problem_of(error)
            return {"status": problem["status"], "problem": problem}

    def _write(self, request: Request, entry: Any) -> Body:
        asked = check_object(entry, {"key", "ifMatch", "value"})
        key, if_match = asked.get("key"), asked.get("ifMatch")
        if key is not None and (not isinstance(key, str | int) or isinstance(key, bool)):
            raise BadInput([issue("key", _("A key is a text or a number."), place="body")])
        if if_match is not None and not isinstance(if_match, str):
            raise BadInput([issue("ifMatch", _("An ETag is a text."), place="body")])
        body = self.save(request, None if key is None else str(key), asked.get("value"), if_match)
        return {"status": 200 if key is not None else 201, "etag": etag_of(body), "item": body}
