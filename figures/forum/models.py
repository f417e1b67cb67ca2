"""What a provincial forum (POF) keeps: who writes for it, remarks on requests, and its opinions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.memberships import Membership
from geo.models import Province
from schools.models import Offering


class ForumMembership(Membership):
    """The secretary (verslaggever) of a province's forum writes its opinions down."""

    province = models.ForeignKey(
        Province, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("province")
    )

    class Meta:
        verbose_name = _("forum secretary")
        verbose_name_plural = _("forum secretaries")
        constraints = (
            models.UniqueConstraint(fields=("user", "province"), name="forum_membership_unique"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.province}"


class Remark(models.Model):
    """Opmerking of somebody in the field on a request. It stays when its author's account goes."""

    offering = models.ForeignKey(
        Offering, on_delete=models.CASCADE, related_name="remarks", verbose_name=_("request")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    text = models.TextField(_("remark"), max_length=2000)
    written_at = models.DateTimeField(_("written at"), auto_now_add=True)

    class Meta:
        ordering = ("written_at", "pk")
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        constraints = (
            models.CheckConstraint(
                name="remark_says_something",
                condition=~Q(text=""),
                violation_error_message=_("A remark says something."),
            ),
        )

    def __str__(self) -> str:
        return self.text[:60]


class View(models.TextChoices):
    """What a forum thinks of a request."""

    SUPPORT = "support", _("supports it")
    COORDINATE = "coordinate", _("supports it if the schools agree among themselves")
    REJECT = "reject", _("does not support it")


class Opinion(models.Model):
    """Standpunt of the forum on a request, by which the department decides."""

    offering = models.OneToOneField(
        Offering, on_delete=models.CASCADE, related_name="opinion", verbose_name=_("request")
    )
    view = models.CharField(_("opinion"), max_length=10, choices=View)
    text = models.TextField(_("reasons"), blank=True, max_length=4000)
    given_on = models.DateField(_("given on"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written down by"),
    )
    #: Counts the changes, so that of two who write it down the second is told.
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("-given_on", "pk")
        verbose_name = _("opinion of the forum")
        verbose_name_plural = _("opinions of the forum")
        constraints = (
            models.CheckConstraint(
                name="opinion_reasoned",
                condition=Q(view="support") | ~Q(text=""),
                violation_error_message=_("Give the reasons for this opinion."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.offering}: {self.get_view_display()}"
