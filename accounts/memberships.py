"""What a membership is. Schools, sectors and companies each define their own on this base.

The organisations live in apps above this one, so the foreign key to the organisation does too
(docs/adr/0003-memberships.md).
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Membership(models.Model):
    """Lidmaatschap: a user acts for an organisation."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="%(class)ss",
        verbose_name=_("user"),
    )
    since = models.DateTimeField(_("since"), auto_now_add=True)
    by_single_sign_on = models.BooleanField(
        _("by single sign-on"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Given, and taken away again, by what the provider says at a login."),
    )

    class Meta:
        abstract = True
