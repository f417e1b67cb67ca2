"""`/api/v1/webhooks`: what a client wants to be called for, and how the calls went."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import ApiClient
from accounts.webhooks.feeding import trial
from accounts.webhooks.hosts import ForbiddenHostError, check_url
from accounts.webhooks.models import (
    Disabled,
    SubscriptionQuerySet,
    WebhookDelivery,
    WebhookSubscription,
)
from radar.api.access import MissingScope, has_scope
from radar.api.bodies import json_object
from radar.api.callers import client_of
from radar.api.feed import Cursor
from radar.api.paging import PAGE_PARAMETERS, PageQuery, page_serializer
from radar.api.parameters import form_data, require_valid
from radar.api.problems import BadInput, Conflict, issue
from radar.api.scopes import FEEDS

logger = logging.getLogger(__name__)

#: Webhooks that a client may have.
MAX_WEBHOOKS = 10

HREF = "https://radar.example.org/api/v1/webhooks/6f7d1e0a-52b5-4d05-8d8f-6b1b3a1a2c3d"
SENT = {"url": "https://ontvanger.example.be/radar", "resources": ["recognitions", "workplaces"]}
SHOWN = {
    "id": HREF.rpartition("/")[2],
    "href": HREF,
    **SENT,
    "enabled": True,
    "createdAt": "2026-11-24T10:00:00+01:00",
    "deliveries": f"{HREF}/deliveries",
    "waiting": 0,
}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of the documentation
DELIVERY = {
    "id": "b3a1c7de-5d6a-4e77-9c43-3b0f6f6e2f11",
    "status": "delivered",
    "attempts": 1,
    "createdAt": "2026-11-24T10:00:00+01:00",
    "deliveredAt": "2026-11-24T10:00:01+01:00",
    "lastStatus": 204,
    "body": '{"type": "recognitions.changed", …}',
}


def _example(name: str, value: Any, **more: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, **more)


class WebhookSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    href = serializers.URLField()
    url = serializers.URLField()
    resources = serializers.ListField(child=serializers.ChoiceField(choices=list(FEEDS)))
    contact = serializers.EmailField(required=False)
    enabled = serializers.BooleanField()
    disabledReason = serializers.ChoiceField(  # noqa: N815
        choices=Disabled.values, required=False
    )
    failingSince = serializers.DateTimeField(required=False)  # noqa: N815
    createdAt = serializers.DateTimeField()  # noqa: N815
    deliveries = serializers.URLField()
    waiting = serializers.IntegerField(help_text="calls that did not arrive yet")


class WebhookSecretSerializer(WebhookSerializer):
    secret = serializers.CharField(help_text="shown this once")


class WebhookChangeSerializer(serializers.Serializer[Any]):
    """What of a webhook may be changed."""

    url = serializers.URLField(required=False, max_length=500, help_text="https, a public host")
    resources = serializers.ListField(
        required=False, child=serializers.ChoiceField(choices=list(FEEDS)), min_length=1
    )
    contact = serializers.EmailField(
        required=False, help_text="who is told when the webhook is disabled"
    )
    enabled = serializers.BooleanField(required=False)


class NewWebhookSerializer(serializers.Serializer[Any]):
    """A new webhook; each resource needs the scope to read it."""

    url = serializers.URLField(max_length=500, help_text="https, a public host")
    resources = serializers.ListField(
        child=serializers.ChoiceField(choices=list(FEEDS)), min_length=1
    )
    contact = serializers.EmailField(
        required=False, help_text="who is told when the webhook is disabled"
    )


class DeliverySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="the header `webhook-id`")
    status = serializers.ChoiceField(choices=["pending", "delivered"])
    attempts = serializers.IntegerField()
    createdAt = serializers.DateTimeField()  # noqa: N815
    nextAttemptAt = serializers.DateTimeField(required=False)  # noqa: N815
    deliveredAt = serializers.DateTimeField(required=False)  # noqa: N815
    lastStatus = serializers.IntegerField(required=False)  # noqa: N815
    lastError = serializers.CharField(required=False)  # noqa: N815
    body = serializers.CharField()


def _body(request: Request, webhook: WebhookSubscription) -> dict[str, Any]:
    href = request.build_absolute_uri(f"/api/v1/webhooks/{webhook.pk}")
    body: dict[str, Any] = {
        "id": str(webhook.pk),
        "href": href,
        "url": webhook.url,
        "resources": webhook.resources,
        "enabled": webhook.disabled_at is None,
        "createdAt": webhook.created_at,
        "deliveries": f"{href}/deliveries",
        "waiting": webhook.deliveries.pending().count(),
    }
    if webhook.contact:
        body["contact"] = webhook.contact
    if webhook.disabled_reason:
        body["disabledReason"] = webhook.disabled_reason
    if webhook.failing_since:
        body["failingSince"] = webhook.failing_since
    return body


def _delivery_body(delivery: WebhookDelivery) -> dict[str, Any]:
    body = {
        "id": str(delivery.pk),
        "status": "delivered" if delivery.delivered_at else "pending",
        "attempts": delivery.attempts,
        "createdAt": delivery.created_at,
        "nextAttemptAt": delivery.next_attempt_at,
        "deliveredAt": delivery.delivered_at,
        "lastStatus": delivery.last_status,
        "lastError": delivery.last_error or None,
        "body": delivery.body,
    }
    return {name: value for name, value in body.items() if value is not None}


class WebhookView(APIView):
    """A view of the calling client's own webhooks; another's are not there."""

    scopes = {"read": "webhooks:read", "write": "webhooks:write"}
    administrators_only = True

    def client_id(self, request: Request) -> str:
        """Raises PermissionDenied for a user of the site: webhooks are of clients."""
        client = client_of(request)
        if client is None:
            raise exceptions.PermissionDenied(_("Webhooks belong to clients: use a token."))
        return client.client_id

    def webhook(
        self, request: Request, key: str, among: SubscriptionQuerySet | None = None
    ) -> WebhookSubscription:
        """The client's webhook with this key, read from `among`; else 404."""
        webhooks = WebhookSubscription.objects.all() if among is None else among
        try:
            return webhooks.of(self.client_id(request)).get(pk=key)
        except (WebhookSubscription.DoesNotExist, ValidationError):
            raise Http404 from None

    def change(self, request: Request, webhook: WebhookSubscription, body: dict[str, Any]) -> None:
        """Give a webhook the values of a body. Raises BadInput, and MissingScope for a resource."""
        issues = [
            issue(name, text, _as_text(body[name]), place="body")
            for name, text in ((name, _wrong(name, body[name])) for name in body)
            if text
        ]
        if issues:
            raise BadInput(issues)
        for resource in body.get("resources", ()):
            if not has_scope(request, FEEDS[resource]):
                raise MissingScope(FEEDS[resource])
        webhook.url = body.get("url", webhook.url)
        webhook.contact = body.get("contact", webhook.contact)
        webhook.resources = list(dict.fromkeys(body.get("resources", webhook.resources)))
        kept = webhook.cursors
        webhook.cursors = {name: kept.get(name, str(Cursor.now())) for name in webhook.resources}


def _as_text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _wrong(name: str, value: Any) -> str:
    """What is wrong with a value of a webhook; nothing when it is right."""
    match name, value:
        case "url", str() if len(value) <= 500:
            try:
                check_url(value)
            except ForbiddenHostError as error:
                logger.warning("A webhook to %.100r was refused: %s", value, error)
                return str(error)
            return ""
        case "url", _:
            return _("This is no address.")
        case "resources", [_, *_] if all(isinstance(v, str) and v in FEEDS for v in value):
            return ""
        case "resources", _:
            return _("Give a list of these: %(names)s.") % {"names": ", ".join(FEEDS)}
        case "contact", str() if len(value) <= 254:
            try:
                validate_email(value)
            except ValidationError as error:
                return " ".join(error.messages)
            return ""
        case "contact", _:
            return _("This is no e-mail address.")
        case "enabled", bool():
            return ""
    return _("This is true or false.")


class Webhooks(WebhookView):
    """The client's webhooks."""

    @extend_schema(
        operation_id="listWebhooks",
        tags=["webhooks"],
        description="The client's webhooks. Scope: `webhooks:read`.",
        parameters=PAGE_PARAMETERS,
        responses=page_serializer("WebhookPage", WebhookSerializer),
        examples=[_example("page", {"items": [SHOWN], "total": 1, "page": 1, "pageSize": 50})],
    )
    def get(self, request: Request) -> Response:
        paging = PageQuery(form_data(request, PageQuery))
        require_valid(paging)
        page = paging.page_asked()
        webhooks = WebhookSubscription.objects.of(self.client_id(request))
        items = [_body(request, webhook) for webhook in webhooks[page.start : page.stop]]
        return Response(page.envelope(request, items, webhooks.count()))

    @extend_schema(
        operation_id="createWebhook",
        tags=["webhooks"],
        description="Call this address when items of these resources change, signed as Standard "
        "Webhooks has it. The secret is in this answer and in no other. Scope: `webhooks:write`, "
        "and for each resource the one to read it.",
        request=NewWebhookSerializer,
        responses={201: WebhookSecretSerializer},
        examples=[
            OpenApiExample("webhook", value=SENT, request_only=True),
            _example("webhook", SHOWN | {"secret": SECRET}, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        client_id = self.client_id(request)
        body = json_object(request, {"url", "resources", "contact"})
        missing = [
            issue(name, _("This field is required."), place="body")
            for name in ("url", "resources")
            if name not in body
        ]
        if missing:
            raise BadInput(missing)
        if WebhookSubscription.objects.of(client_id).count() >= MAX_WEBHOOKS:
            raise Conflict(_("A client has at most %(most)s webhooks.") % {"most": MAX_WEBHOOKS})
        webhook = WebhookSubscription(client=ApiClient.objects.get(client_id=client_id))
        self.change(request, webhook, body)
        webhook.save()
        webhook.refresh_from_db()
        found = _body(request, webhook) | {"secret": webhook.secret()}
        return Response(found, status=201, headers={"Location": found["href"]})


class OneWebhook(WebhookView):
    """A webhook of the client."""

    @extend_schema(
        operation_id="getWebhook",
        tags=["webhooks"],
        description="A webhook, and whether it is called. Scope: `webhooks:read`.",
        responses=WebhookSerializer,
        examples=[_example("webhook", SHOWN)],
    )
    def get(self, request: Request, key: str) -> Response:
        return Response(_body(request, self.webhook(request, key)))

    @extend_schema(
        operation_id="updateWebhook",
        tags=["webhooks"],
        description="Changes what the body names; `enabled` switches it off and on, and what waits "
        "is sent then. Scope: `webhooks:write`.",
        request=WebhookChangeSerializer,
        responses=WebhookSerializer,
        examples=[
            OpenApiExample("on again", value={"enabled": True}, request_only=True),
            _example("webhook", SHOWN),
        ],
    )
    @transaction.atomic
    def patch(self, request: Request, key: str) -> Response:
        webhook = self.webhook(request, key, WebhookSubscription.objects.select_for_update())
        body = json_object(request, {"url", "resources", "contact", "enabled"})
        self.change(request, webhook, body)
        webhook.save()
        enabled: Mapping[bool, Any] = {
            True: webhook.enable,
            False: lambda: webhook.disable(Disabled.ASKED),
        }
        if "enabled" in body and body["enabled"] is not (webhook.disabled_at is None):
            enabled[body["enabled"]]()
        return Response(_body(request, webhook))

    @extend_schema(
        operation_id="deleteWebhook",
        tags=["webhooks"],
        description="Call it no more, and forget its calls. Scope: `webhooks:write`.",
        responses={204: None},
    )
    def delete(self, request: Request, key: str) -> Response:
        self.webhook(request, key).delete()
        return Response(status=204)


class WebhookSecret(WebhookView):
    """A new secret; calls are signed with the old one too for seven days."""

    @extend_schema(
        operation_id="rotateWebhookSecret",
        tags=["webhooks"],
        request=None,
        responses=WebhookSecretSerializer,
        examples=[_example("webhook", SHOWN | {"secret": SECRET})],
    )
    def post(self, request: Request, key: str) -> Response:
        webhook = self.webhook(request, key)
        secret = webhook.rotate()
        return Response(_body(request, webhook) | {"secret": secret})


class WebhookTrial(WebhookView):
    """A call of type `test`, sent as any other, for whoever builds a receiver."""

    @extend_schema(
        operation_id="tryWebhook",
        tags=["webhooks"],
        request=None,
        responses={202: DeliverySerializer},
        examples=[_example("delivery", DELIVERY, status_codes=["202"])],
    )
    def post(self, request: Request, key: str) -> Response:
        delivery = trial(self.webhook(request, key))
        delivery.refresh_from_db()
        return Response(_delivery_body(delivery), status=202)


class WebhookDeliveries(WebhookView):
    """The calls of the last 30 days, newest first."""

    @extend_schema(
        operation_id="listWebhookDeliveries",
        tags=["webhooks"],
        parameters=PAGE_PARAMETERS,
        responses=page_serializer("WebhookDeliveryPage", DeliverySerializer),
        examples=[_example("page", {"items": [DELIVERY], "total": 1, "page": 1, "pageSize": 50})],
    )
    def get(self, request: Request, key: str) -> Response:
        webhook = self.webhook(request, key)
        paging = PageQuery(form_data(request, PageQuery))
        require_valid(paging)
        page = paging.page_asked()
        items = list(map(_delivery_body, webhook.deliveries.all()[page.start : page.stop]))
        return Response(page.envelope(request, items, webhook.deliveries.count()))


class WebhookRedelivery(WebhookView):
    """Send a call once more, as it was."""

    @extend_schema(
        operation_id="redeliverWebhookDelivery",
        tags=["webhooks"],
        request=None,
        responses={202: DeliverySerializer},
        examples=[_example("delivery", DELIVERY, status_codes=["202"])],
    )
    def post(self, request: Request, key: str, delivery: str) -> Response:
        try:
            found = self.webhook(request, key).deliveries.get(pk=delivery)
        except (WebhookDelivery.DoesNotExist, ValidationError):
            raise Http404 from None
        found.again()
        return Response(_delivery_body(found), status=202)
