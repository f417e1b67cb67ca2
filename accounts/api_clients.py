"""API clients: organisations whose software calls the API with OAuth2 client credentials."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AbstractApplication

#: How long the old secret still works after a rotation.
OVERLAP = timedelta(days=7)


class ApiClient(AbstractApplication):
    """Afnemer van de API. Its secrets are kept as hashes and shown once, when they are made."""

    # It acts for itself, not for a user of the site.
    user = None

    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    calls_per_minute = models.PositiveIntegerField(
        _("calls per minute"), default=2000, validators=[MinValueValidator(1)]
    )
    previous_secret = models.CharField(max_length=255, blank=True, editable=False)
    previous_secret_until = models.DateTimeField(
        _("old secret works until"), null=True, blank=True, editable=False
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ("name", "client_id")
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    @classmethod
    def make(
        cls, name: str, scopes: Iterable[str], calls_per_minute: int = 2000
    ) -> tuple[ApiClient, str]:
        """A new client and its secret, which nobody can read afterwards."""
        client = cls(name=name, scopes=sorted(scopes), calls_per_minute=calls_per_minute)
        return client, client.first_secret()

    def first_secret(self) -> str:
        """Save this new client; its secret, which nobody can read afterwards."""
        secret = self.client_secret = generate_client_secret()
        self.client_type = self.CLIENT_CONFIDENTIAL
        self.authorization_grant_type = self.GRANT_CLIENT_CREDENTIALS
        self.save()
        return secret

    def is_usable(self, request: object) -> bool:
        """Whether tokens are given to it, and its tokens still work."""
        return self.revoked_at is None

    def rotate(self, overlap: timedelta = OVERLAP) -> str:
        """A new secret; the old one works for `overlap` more, so that nobody has to hurry."""
        self.previous_secret = self.client_secret
        self.previous_secret_until = timezone.now() + overlap
        secret = self.client_secret = generate_client_secret()
        self.save()
        return secret

    @transaction.atomic
    def revoke(self) -> None:
        """No new tokens, and those that it holds stop at once."""
        self.revoked_at = timezone.now()
        self.previous_secret, self.previous_secret_until = "", None
        self.save()
        self.accesstoken_set.all().delete()

    def knows_old_secret(self, secret: str) -> bool:
        """Whether this is the secret before the last rotation, and it still works."""
        until = self.previous_secret_until
        return (
            until is not None
            and timezone.now() < until
            and check_password(secret, self.previous_secret)
        )
