"""Scenarios: what a user would change in the region, kept under a name and shared by a link."""

from __future__ import annotations

import secrets
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matching.what_if import Step
from schools.models import Campus, Programme, SchoolYear

#: More pupils than any group has; a larger number is a slip of the keyboard.
MAX_PUPILS = 500
#: Changes in one scenario.
MAX_CHANGES = 50


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    def of(self, user: User) -> Self:
        """Those a user may see and change: her own. Others see one by its link."""
        return self.filter(owner=user)

    def listed(self) -> Self:
        """With their school year and `n_changes`, how many changes they hold."""
        return self.select_related("school_year").annotate(n_changes=models.Count("changes"))

    def shared(self) -> Self:
        """Those that a link leads to."""
        return self.filter(link__isnull=False)


class Scenario(models.Model):
    """Scenario: a named set of changes in a school year. `link` is the secret of its address."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="scenarios"
    )
    name = models.CharField(_("name"), max_length=80)
    school_year = models.ForeignKey(
        SchoolYear,
        on_delete=models.PROTECT,
        related_name="scenarios",
        verbose_name=_("school year"),
    )
    link = models.CharField(max_length=43, null=True, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints = (
            models.CheckConstraint(name="scenario_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="scenario_link_unguessable",
                condition=Q(link__isnull=True) | Q(link__regex=r"^[A-Za-z0-9_-]{43}$"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def share(self) -> None:
        """Make its link; one that exists stays."""
        if self.link is None:
            self.link = secrets.token_urlsafe(32)
            self.save(update_fields=["link"])

    def shared_address(self) -> str:
        """The path of its link. For one that is shared."""
        return reverse("scenario-shared", args=[self.link])

    def revoke(self) -> None:
        """Whoever has the link finds nothing any more."""
        self.link = None
        self.save(update_fields=["link"])

    @transaction.atomic
    def duplicate(self, name: str) -> Scenario:
        """The same changes under another name, not shared."""
        copy = Scenario.objects.create(owner=self.owner, name=name, school_year=self.school_year)
        ScenarioChange.objects.bulk_create(
            ScenarioChange(
                scenario=copy,
                campus_id=change.campus_id,
                programme_id=change.programme_id,
                pupils=change.pupils,
            )
            for change in self.changes.all()
        )
        return copy

    def steps(self) -> list[Step]:
        """Its changes as the engine takes them."""
        return [
            Step(change.campus_id, change.programme_id, change.pupils)
            for change in self.changes.all()
        ]


class ScenarioChange(models.Model):
    """A campus that would have so many pupils in a programme; without a number it stops it."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="changes")
    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="+", verbose_name=_("campus")
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="+", verbose_name=_("programme")
    )
    pupils = models.PositiveSmallIntegerField(
        _("pupils"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PUPILS)],
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        constraints = (
            models.UniqueConstraint(
                fields=("scenario", "campus", "programme"), name="scenario_change_once"
            ),
            models.CheckConstraint(
                name="scenario_change_pupils",
                condition=Q(pupils__isnull=True) | Q(pupils__gte=1, pupils__lte=MAX_PUPILS),
            ),
        )

    def __str__(self) -> str:
        return f"{self.campus} · {self.programme}"

    @property
    def stops(self) -> bool:
        return self.pupils is None
