"""A request for recognition with what goes with it; `Recognition` is what comes of it."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Establishment, Mentor, Recognition, RecognitionStatus
from schools.models import Programme, School


class RequestQuerySet(models.QuerySet["RecognitionRequest"]):
    def of(self, user: User) -> Self:
        """A company's own, and those that a school of the user makes on a company's behalf.

        A company sees what a school makes for it once that is submitted. All for an administrator.
        """
        if user.is_superuser:
            return self
        company = Q(establishment__in=Establishment.objects.of(user))
        school = Q(school__in=School.objects.of(user))
        return self.filter(
            company & (Q(school__isnull=True) | Q(recognition__isnull=False)) | school
        )

    def drafts(self) -> Self:
        """Those that are not submitted."""
        return self.filter(recognition__isnull=True)

    def editable(self) -> Self:
        """Drafts, and those that the partnership sent back as incomplete."""
        return self.filter(
            Q(recognition__isnull=True) | Q(recognition__status=RecognitionStatus.INCOMPLETE)
        )

    def listed(self) -> Self:
        """With what a line about them shows."""
        return self.select_related(
            "establishment__company__sector",
            "establishment__municipality",
            "programme",
            "school",
            "recognition",
            "renews",
        )


class RecognitionRequest(models.Model):
    """Erkenningsaanvraag: a draft until it is submitted; then it has a recognition."""

    establishment = models.ForeignKey(
        Establishment,
        on_delete=models.CASCADE,
        related_name="requests",
        verbose_name=_("establishment"),
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="requests", verbose_name=_("programme")
    )
    school = models.ForeignKey(
        School,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("on behalf of the company by"),
    )
    renews = models.ForeignKey(
        Recognition,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="renewals",
        verbose_name=_("renews"),
    )
    recognition = models.OneToOneField(
        Recognition,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="request",
        verbose_name=_("recognition"),
    )
    answers = models.JSONField(_("self-scan"), default=dict, blank=True)
    message = models.TextField(_("message to the partnership"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    created_at = models.DateTimeField(_("made on"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed on"), auto_now=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("declared by"),
    )
    declared_at = models.DateTimeField(_("declared on"), null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ("-changed_at", "-pk")
        verbose_name = _("request for recognition")
        verbose_name_plural = _("requests for recognition")
        constraints = (
            models.CheckConstraint(
                name="request_submitted_is_declared",
                condition=Q(recognition__isnull=True) | Q(declared_at__isnull=False),
                violation_error_message=_("A request is submitted with its declaration."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.establishment} · {self.programme}"

    @property
    def is_draft(self) -> bool:
        return self.recognition_id is None

    @property
    def is_editable(self) -> bool:
        """Whether it can be changed: a draft, or sent back as incomplete."""
        return self.recognition is None or self.recognition.status == RecognitionStatus.INCOMPLETE


class RequestMentor(models.Model):
    """A mentor whom a request names; recognised, she becomes a mentor of the establishment."""

    request = models.ForeignKey(
        RecognitionRequest,
        on_delete=models.CASCADE,
        related_name="mentors",
        verbose_name=_("request"),
    )
    mentor = models.ForeignKey(
        Mentor,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("mentor"),
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    years_of_experience = models.PositiveSmallIntegerField(
        _("years of practice"), validators=[MaxValueValidator(60, _("Write at most 60 years."))]
    )
    trained_on = models.DateField(_("mentor training done on"), null=True, blank=True)

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("mentor of a request")
        verbose_name_plural = _("mentors of requests")
        constraints = (
            models.UniqueConstraint(
                fields=("request", "name"),
                name="request_mentor_once",
                violation_error_message=_("This mentor is in the request already."),
            ),
            models.CheckConstraint(
                name="request_mentor_years",
                condition=Q(years_of_experience__lte=60),
                violation_error_message=_("Write at most 60 years."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class DocumentKind(models.TextChoices):
    """What a document proves."""

    CONDUCT = "conduct", _("extract 596.2 of the mentor")
    EXPERIENCE = "experience", _("proof of practice or training of the mentor")
    SOCIAL_SECURITY = "social_security", _("certificate of the social security office (RSZ)")
    CRIMINAL_RECORD = "criminal_record", _("extract of the company's criminal record")
    ACTIVITIES = "activities", _("activity list")
    MANDATE = "mandate", _("signed mandate of the company")
    OTHER = "other", _("other document")


#: What some partnerships ask for beside the usual, by the slug of the sector.
ASKED: dict[str, tuple[DocumentKind, ...]] = {
    "horeca": (DocumentKind.SOCIAL_SECURITY, DocumentKind.CRIMINAL_RECORD),
}


def document_path(document: RequestDocument, filename: str) -> str:
    """Where a document is stored: under a name that tells nothing, whatever it was called."""
    return f"documents/{document.key.hex}"


class DocumentQuerySet(models.QuerySet["RequestDocument"]):
    def readable_by(self, user: User) -> Self:
        """Those of requests that the user may see, or decides on."""
        mine = RecognitionRequest.objects.of(user)
        decides = Recognition.objects.decided_by(user)
        return self.filter(Q(request__in=mine) | Q(request__recognition__in=decides))

    def kept(self) -> Self:
        """Those whose file is still there."""
        return self.filter(deleted_on__isnull=True)

    def decided_by(self, last: date) -> Self:
        """Those whose request was decided on by a day, its appeal too, and no appeal is running."""
        closed = Recognition.objects.exclude(pk__in=Recognition.objects.appealed().values("pk"))
        return self.kept().filter(
            Q(request__recognition__appeal_decided_on__isnull=True)
            | Q(request__recognition__appeal_decided_on__lte=last),
            request__recognition__in=closed.filter(decided_on__lte=last),
        )


class RequestDocument(models.Model):
    """A document of a request. Some time after the decision its file goes, and this line stays."""

    key = models.UUIDField(_("key"), default=uuid4, unique=True, editable=False)
    request = models.ForeignKey(
        RecognitionRequest,
        on_delete=models.CASCADE,
        related_name="documents",
        verbose_name=_("request"),
    )
    kind = models.CharField(_("what it is"), max_length=15, choices=DocumentKind)
    name = models.CharField(_("name"), max_length=150)
    file = models.FileField(_("file"), upload_to=document_path, blank=True)
    media_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("size in bytes"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("added by"),
    )
    added_at = models.DateTimeField(_("added on"), auto_now_add=True)
    deleted_on = models.DateField(_("file deleted on"), null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("added_at", "pk")
        verbose_name = _("document of a request")
        verbose_name_plural = _("documents of requests")
        constraints = (
            models.CheckConstraint(
                name="document_kept_or_deleted",
                condition=Q(file="", deleted_on__isnull=False)
                | (~Q(file="") & Q(deleted_on__isnull=True)),
                violation_error_message=_("A document has its file until that is deleted."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def delete_file(self, today: date) -> None:
        """Take the file and its name away; the line that says what it was stays."""
        storage, name = self.file.storage, str(self.file.name)
        self.file, self.deleted_on = "", today
        self.name = str(self.get_kind_display())
        self.save(update_fields=["file", "deleted_on", "name"])
        transaction.on_commit(lambda: storage.delete(name))


class ReminderStage(models.TextChoices):
    """How long before the end of a recognition its company is reminded, the longest first."""

    SIX_MONTHS = "six_months", _("six months")
    TWO_MONTHS = "two_months", _("two months")
    TWO_WEEKS = "two_weeks", _("two weeks")


#: The days of each stage.
REMIND_DAYS = {
    ReminderStage.SIX_MONTHS: 183,
    ReminderStage.TWO_MONTHS: 61,
    ReminderStage.TWO_WEEKS: 14,
}


class RenewalReminder(models.Model):
    """A company was reminded that a recognition ends: each stage once."""

    recognition = models.ForeignKey(
        Recognition,
        on_delete=models.CASCADE,
        related_name="reminders",
        verbose_name=_("recognition"),
    )
    stage = models.CharField(_("stage"), max_length=10, choices=ReminderStage)
    valid_until = models.DateField(_("end it spoke of"))
    sent_on = models.DateField(_("sent on"))

    class Meta:
        ordering = ("-sent_on", "pk")
        verbose_name = _("renewal reminder")
        verbose_name_plural = _("renewal reminders")
        constraints = (
            models.UniqueConstraint(
                fields=("recognition", "stage", "valid_until"), name="renewal_reminder_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.recognition} · {self.get_stage_display()}"
