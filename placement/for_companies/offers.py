"""A company lets a school know that it has a place (aanbod): once a month for a campus at most."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Recognition
from radar.web import mail
from schools.models import Campus, SchoolYear

#: A school is told of the same place once in so many days.
QUIET_DAYS = 30
MAX_TEXT = 1000


class PlaceOffer(models.Model):
    """A message of a company to a school: there is a place for this programme."""

    recognition = models.ForeignKey(
        Recognition,
        on_delete=models.CASCADE,
        related_name="offers",
        verbose_name=_("recognition"),
    )
    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="offers", verbose_name=_("campus")
    )
    text = models.TextField(_("message"), blank=True, max_length=MAX_TEXT)
    sent_on = models.DateField(_("sent on"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sent by"),
    )

    class Meta:
        ordering = ("-sent_on", "-pk")
        verbose_name = _("offer of a place")
        verbose_name_plural = _("offers of places")
        constraints = (
            models.UniqueConstraint(
                fields=("recognition", "campus", "sent_on"),
                name="place_offer_once_a_day",
                violation_error_message=_("The school was told today."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.recognition} → {self.campus}"


@transaction.atomic
def offer(recognition: Recognition, campus: Campus, text: str, by: User, today: date) -> PlaceOffer:
    """Tell the coordinators of a campus's school, or the school's own address where it has none.

    Raises ValidationError when the recognition gives no place now, when nobody of the school can be
    told, and when the school was told a short while ago.
    """
    # Who tells twice at once waits here.
    Recognition.objects.select_for_update().get(pk=recognition.pk)
    year = SchoolYear.objects.current(today)
    if not Recognition.objects.usable_in(year, today).filter(pk=recognition.pk).exists():
        raise ValidationError(_("This recognition is not in force."), code="recognition")
    since = today - timedelta(days=QUIET_DAYS)
    if PlaceOffer.objects.filter(
        recognition=recognition, campus=campus, sent_on__gt=since
    ).exists():
        raise ValidationError(_("This school was told less than a month ago."), code="told")
    readers = [
        (membership.user.email, membership.user.language)
        for membership in campus.school.memberships.filter(user__is_active=True).select_related(
            "user"
        )
    ] or [(campus.school.email, settings.LANGUAGE_CODE)] * bool(campus.school.email)
    if not readers:
        raise ValidationError(_("Nobody of this school has an e-mail address here."), code="nobody")
    made = PlaceOffer(recognition=recognition, campus=campus, text=text, sent_on=today, sent_by=by)
    made.full_clean()
    made.save()
    for email, language in readers:
        mail.send("place_offer", email, {"offer": made}, language=language, reply_to=by.email)
    return made
