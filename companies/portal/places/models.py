"""Which companies were asked whether their places still hold."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import Company


class ConfirmationRequest(models.Model):
    """When a company was last asked whether its places still hold."""

    company = models.OneToOneField(
        Company,
        on_delete=models.CASCADE,
        related_name="confirmation_request",
        verbose_name=_("company"),
    )
    asked_on = models.DateField(_("asked on"))

    class Meta:
        verbose_name = _("request to confirm places")
        verbose_name_plural = _("requests to confirm places")

    def __str__(self) -> str:
        return f"{self.company} · {self.asked_on}"
