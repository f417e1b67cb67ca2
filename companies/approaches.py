"""Contacts of schools with establishments: their states, and who did what and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.establishments import Establishment
from schools.models import Campus, Programme, School

#: How long the link to answer in a message works, in days.
ANSWER_LINK_DAYS = 60


class ApproachStatus(models.TextChoices):
    """Where a contact with an establishment stands."""

    PLANNED = "planned", _("planned")
    SENT = "sent", _("sent")
    ANSWERED = "answered", _("answered")
    INTERVIEW = "interview", _("interview")
    AGREED = "agreed", _("agreed")
    DECLINED = "declined", _("declined")
    NO_ANSWER = "no_answer", _("no answer")
    WITHDRAWN = "withdrawn", _("withdrawn")


_S = ApproachStatus
#: Which state may follow which. Said here and nowhere else: the database holds it by a trigger made
#: from this table. Sent follows on itself: a message may be sent again. An agreement is final; a
#: refusal and a withdrawal can be taken back: people change their minds and press wrong buttons.
FOLLOWING: dict[ApproachStatus, tuple[ApproachStatus, ...]] = {
    _S.PLANNED: (_S.SENT, _S.WITHDRAWN),
    _S.SENT: (
        _S.SENT,
        _S.ANSWERED,
        _S.INTERVIEW,
        _S.AGREED,
        _S.DECLINED,
        _S.NO_ANSWER,
        _S.WITHDRAWN,
    ),
    _S.NO_ANSWER: (_S.SENT, _S.ANSWERED, _S.INTERVIEW, _S.AGREED, _S.DECLINED, _S.WITHDRAWN),
    _S.ANSWERED: (_S.INTERVIEW, _S.AGREED, _S.DECLINED, _S.WITHDRAWN),
    _S.INTERVIEW: (_S.ANSWERED, _S.AGREED, _S.DECLINED, _S.WITHDRAWN),
    _S.DECLINED: (_S.ANSWERED, _S.INTERVIEW),
    _S.WITHDRAWN: (_S.PLANNED,),
    _S.AGREED: (),
}
#: Somebody still has something to do.
OPEN = (_S.PLANNED, _S.SENT, _S.ANSWERED, _S.INTERVIEW)
#: The company may answer; a late answer is an answer.
ANSWERABLE = (_S.SENT, _S.NO_ANSWER)
#: The company knows of it, and it is not settled.
UNDER_DISCUSSION = (_S.SENT, _S.ANSWERED, _S.INTERVIEW)
#: What the company may answer.
ANSWERS = (_S.ANSWERED, _S.INTERVIEW, _S.DECLINED)


class ApproachChannel(models.TextChoices):
    """How the establishment was reached."""

    EMAIL = "email", _("by e-mail")
    TELEPHONE = "telephone", _("by telephone")


class DeclineReason(models.TextChoices):
    """Why an establishment says no (reden van weigering)."""

    NO_PLACE = "no_place", _("no free place")
    NO_MENTOR = "no_mentor", _("no mentor free")
    NO_WORK = "no_work", _("not enough work that fits the programme")
    OTHER_SCHOOL = "other_school", _("already working with another school")
    STOPPED = "stopped", _("no longer trains pupils")
    OTHER = "other", _("another reason")


class Side(models.TextChoices):
    """Who took a step."""

    SCHOOL = "school", _("the school")
    COMPANY = "company", _("the company")
    SYSTEM = "system", _("Radar Duaal")


class ApproachQuerySet(models.QuerySet["Approach"]):
    def of(self, user: User) -> Self:
        """The approaches by the schools a user acts for; all for an administrator."""
        return self if user.is_superuser else self.filter(campus__school__memberships__user=user)

    def to_company_of(self, user: User) -> Self:
        """The approaches to the establishments of the companies a user acts for."""
        return self.filter(establishment__company__memberships__user=user)

    def open(self) -> Self:
        """Neither settled nor given up."""
        return self.filter(status__in=OPEN)

    def awaiting_answer(self) -> Self:
        """Sent, and the establishment said nothing yet."""
        return self.filter(status=ApproachStatus.SENT)

    def answerable(self) -> Self:
        """What the establishment may still answer: also what it let pass."""
        return self.filter(status__in=ANSWERABLE)

    def silent_on(self, today: date) -> Self:
        """Sent, and the day by which an answer was expected has passed."""
        return self.awaiting_answer().filter(answer_due_on__lt=today)

    def to_follow_up(self, today: date) -> Self:
        """Open, and the coordinator wanted to look at it by now."""
        return self.open().filter(follow_up_on__lte=today)

    def under_discussion(self) -> Self:
        """The establishment was asked, and nothing is settled yet."""
        return self.filter(status__in=UNDER_DISCUSSION)

    def by_others(self, schools: models.QuerySet[School] | list[int]) -> Self:
        """By other schools than these."""
        return self.exclude(campus__school__in=schools)

    def sent_since(self, day: date) -> Self:
        return self.filter(sent_on__gte=day)

    def with_names(self) -> Self:
        """With all that a list of approaches names."""
        return self.select_related(
            "campus__school", "establishment__municipality", "programme", "coordinator"
        )


class Approach(models.Model):
    """Contactname of a coordinator with an establishment about a programme, and its outcome."""

    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="approaches", verbose_name=_("campus")
    )
    establishment = models.ForeignKey(
        Establishment,
        on_delete=models.CASCADE,
        related_name="approaches",
        verbose_name=_("establishment"),
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="approaches", verbose_name=_("programme")
    )
    coordinator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="approaches",
        verbose_name=_("coordinator"),
    )
    status = models.CharField(
        _("status"), max_length=9, choices=ApproachStatus, default=ApproachStatus.PLANNED
    )
    channel = models.CharField(
        _("how"), max_length=9, choices=ApproachChannel, blank=True, default="", db_default=""
    )
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    answer_due_on = models.DateField(
        _("answer expected by"),
        null=True,
        blank=True,
        help_text=_("After this day, silence is taken for no answer."),
    )
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    decline_reason = models.CharField(
        _("reason for declining"),
        max_length=12,
        choices=DeclineReason,
        blank=True,
        default="",
        db_default="",
    )
    follow_up_on = models.DateField(_("follow up on"), null=True, blank=True)
    reminded_on = models.DateField(_("reminded on"), null=True, blank=True, editable=False)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    language = models.CharField(
        _("language of the message"),
        max_length=2,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        db_default=settings.LANGUAGE_CODE,
    )
    subject = models.CharField(
        _("subject"), max_length=150, blank=True, default="", db_default="", editable=False
    )
    message = models.TextField(_("message"), blank=True, default="", db_default="", editable=False)
    #: The secret of the one link that may answer; empty when none may.
    link_key = models.CharField(
        max_length=22, blank=True, default="", db_default="", editable=False
    )
    changed_at = models.DateTimeField(
        _("changed at"), default=timezone.now, db_default=Now(), editable=False
    )
    version = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = ApproachQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_on", "pk")
        verbose_name = _("approach")
        verbose_name_plural = _("approaches")
        indexes = (
            models.Index(fields=("establishment", "sent_on"), name="approach_establishment_sent"),
            models.Index(fields=("status", "answer_due_on"), name="approach_status_due"),
        )
        constraints = (
            models.CheckConstraint(
                name="approach_answer_after_sending",
                condition=Q(answered_on__isnull=True)
                | Q(sent_on__isnull=False, answered_on__gte=F("sent_on")),
                violation_error_message=_("An answer comes after the message."),
            ),
            models.CheckConstraint(
                name="approach_reason_of_refusal",
                condition=Q(decline_reason="") | Q(status="declined"),
                violation_error_message=_("Only a refusal has a reason."),
            ),
            models.UniqueConstraint(
                fields=("campus", "establishment", "programme"),
                name="approach_open_once",
                condition=Q(status__in=("planned", "sent", "answered", "interview")),
                violation_error_message=_(
                    "This establishment is being approached for this programme already."
                ),
            ),
        )
        triggers = (
            pgtrigger.FSM(
                name="approach_status_follows",
                field="status",
                transitions=[
                    (str(before.value), str(after.value))
                    for before, afters in FOLLOWING.items()
                    for after in afters
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.campus} → {self.establishment}"

    @property
    def following(self) -> tuple[ApproachStatus, ...]:
        """The states that may come next."""
        return FOLLOWING[ApproachStatus(self.status)]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def address(self) -> str:
        """Where the establishment reads its mail: its own address, else its company's; or empty."""
        return self.establishment.email or self.establishment.company.email

    def expect_answer(self, today: date, days: int) -> None:
        """The establishment was asked today, and has so many days. Not saved."""
        self.sent_on, self.answer_due_on = today, today + timedelta(days=days)
        self.answered_on = None


class ApproachStep(models.Model):
    """Stap: what happened to an approach, who did it, when. The same state twice is a note."""

    approach = models.ForeignKey(
        Approach, on_delete=models.CASCADE, related_name="steps", verbose_name=_("approach")
    )
    at = models.DateTimeField(_("at"), default=timezone.now, db_default=Now())
    side = models.CharField(_("who"), max_length=7, choices=Side)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
    from_status = models.CharField(_("from"), max_length=9, choices=ApproachStatus, blank=True)
    to_status = models.CharField(_("to"), max_length=9, choices=ApproachStatus)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ("approach", "at", "pk")
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return f"{self.approach}: {self.from_status} → {self.to_status}"
