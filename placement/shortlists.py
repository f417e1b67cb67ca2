"""Shortlists: the establishments a school wants to approach for a programme, in its own order."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Establishment
from schools.models import Campus, Programme

#: More than anybody rings; it keeps a page and its questions bounded.
MAX_ENTRIES = 100


class ShortlistQuerySet(models.QuerySet["Shortlist"]):
    def of(self, user: User) -> Self:
        """Those of the schools a user acts for; all for an administrator."""
        return self if user.is_superuser else self.filter(campus__school__memberships__user=user)

    def listed(self) -> Self:
        """With their names and `n_entries`, how many establishments they hold."""
        return self.select_related("campus__school", "programme").annotate(
            n_entries=models.Count("entries")
        )


class Shortlist(models.Model):
    """Shortlist of a campus for a programme; a school shares it with nobody."""

    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="shortlists", verbose_name=_("campus")
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="+", verbose_name=_("programme")
    )

    objects = ShortlistQuerySet.as_manager()

    class Meta:
        ordering = ("campus", "programme__title", "pk")
        verbose_name = _("shortlist")
        verbose_name_plural = _("shortlists")
        constraints = (
            models.UniqueConstraint(
                fields=("campus", "programme"),
                name="shortlist_once",
                violation_error_message=_("This campus has a shortlist for this programme."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme} · {self.campus}"

    @transaction.atomic
    def add(self, establishment: Establishment, by: User) -> bool:
        """Put an establishment at the end; False when it is on the list already.

        Raises ValidationError when the list is full.
        """
        Shortlist.objects.select_for_update().get(pk=self.pk)
        if self.entries.filter(establishment=establishment).exists():
            return False
        if self.entries.count() >= MAX_ENTRIES:
            raise ValidationError(
                _("A shortlist holds at most %(most)s establishments."),
                params={"most": MAX_ENTRIES},
            )
        last = self.entries.aggregate(last=Max("position"))["last"] or 0
        self.entries.create(establishment=establishment, added_by=by, position=last + 1)
        return True

    @transaction.atomic
    def place(self, entry: ShortlistEntry, position: int) -> None:
        """Move an entry to a position, counted from 1; beyond an end means that end."""
        Shortlist.objects.select_for_update().get(pk=self.pk)
        entries = [item for item in self.entries.all() if item.pk != entry.pk]
        entries.insert(max(position - 1, 0), entry)
        for number, item in enumerate(entries, 1):
            item.position = number
        ShortlistEntry.objects.bulk_update(entries, ["position"])


class ShortlistEntry(models.Model):
    """An establishment on a shortlist, with a note of the school's own."""

    shortlist = models.ForeignKey(
        Shortlist, on_delete=models.CASCADE, related_name="entries", verbose_name=_("shortlist")
    )
    establishment = models.ForeignKey(
        Establishment, on_delete=models.CASCADE, related_name="+", verbose_name=_("establishment")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    note = models.TextField(_("note"), blank=True, max_length=1000)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("added by"),
    )
    added_at = models.DateTimeField(_("added at"), default=timezone.now)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("shortlist", "position", "pk")
        verbose_name = _("establishment on a shortlist")
        verbose_name_plural = _("establishments on shortlists")
        constraints = (
            models.UniqueConstraint(
                fields=("shortlist", "establishment"),
                name="shortlist_entry_once",
                violation_error_message=_("This establishment is on the shortlist already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.shortlist}: {self.establishment}"
