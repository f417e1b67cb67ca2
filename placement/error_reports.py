"""What somebody says is wrong about an establishment: kept until it is settled, and sent on."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Establishment
from radar.web import mail
from schools.models import Sector

#: Reports that one person may send in a day: each goes to people's mailboxes.
MOST_A_DAY = 20


class ErrorSubject(models.TextChoices):
    """What a report is about."""

    ADDRESS = "address", _("address or location")
    CONTACT = "contact", _("name or contact details")
    RECOGNITION = "recognition", _("recognition")
    PLACES = "places", _("number of places")
    MENTORS = "mentors", _("mentors")
    STOPPED = "stopped", _("the company has stopped or moved")
    OTHER = "other", _("something else")


class ErrorReportQuerySet(models.QuerySet["ErrorReport"]):
    def open(self) -> Self:
        return self.filter(settled_at__isnull=True)

    def settled_by(self, user: User) -> Self:
        """The reports that a user may settle: of her sectors, or of her company."""
        if user.is_superuser:
            return self
        return self.filter(
            Q(sector__memberships__user=user) | Q(establishment__company__memberships__user=user)
        ).distinct()


class ErrorReport(models.Model):
    """Foutmelding over een vestiging. It goes to the company and the consultants of its sector."""

    establishment = models.ForeignKey(
        Establishment,
        on_delete=models.CASCADE,
        related_name="error_reports",
        verbose_name=_("establishment"),
    )
    sector = models.ForeignKey(
        Sector,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="error_reports",
        verbose_name=_("sector"),
    )
    subject = models.CharField(_("what is wrong"), max_length=11, choices=ErrorSubject)
    text = models.TextField(_("explanation"), max_length=2000)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="error_reports",
        verbose_name=_("reported by"),
    )
    reported_at = models.DateTimeField(_("reported at"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )

    objects = ErrorReportQuerySet.as_manager()

    class Meta:
        ordering = ("-reported_at", "-pk")
        verbose_name = _("error report")
        verbose_name_plural = _("error reports")
        constraints = (
            models.CheckConstraint(
                name="errorreport_settled_after",
                condition=Q(settled_at__isnull=True) | Q(settled_at__gte=models.F("reported_at")),
                violation_error_message=_("A report is settled after it was made."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.establishment}: {self.get_subject_display()}"

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None


def report_error(establishment: Establishment, user: User, subject: str, text: str) -> ErrorReport:
    """Keep a report and send it to the company and to the consultants of its sector.

    Raises ValidationError for somebody who sent too many today, or the same one already.
    """
    with transaction.atomic():
        # One at a time, so that nobody passes the limit by clicking twice.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        recent = ErrorReport.objects.filter(
            reported_by=user, reported_at__gt=timezone.now() - timedelta(days=1)
        )
        if recent.count() >= MOST_A_DAY:
            raise ValidationError(
                _("You reported %(most)s errors in a day: try again tomorrow."),
                code="too_many",
                params={"most": MOST_A_DAY},
            )
        same = recent.filter(establishment=establishment, subject=subject, text=text)
        if same.exists():
            raise ValidationError(_("You reported this already."), code="repeated")
        report = ErrorReport.objects.create(
            establishment=establishment,
            sector=establishment.company.sector or Sector.objects.filter(is_fallback=True).first(),
            subject=subject,
            text=text,
            reported_by=user,
        )
        _send(report, user)
    return report


def settle(report: ErrorReport, user: User) -> None:
    """Nothing is left to do about a report."""
    if not report.is_settled:
        report.settled_at, report.settled_by = timezone.now(), user
        report.save(update_fields=["settled_at", "settled_by"])


def unsettle(report: ErrorReport) -> None:
    """Open a report again."""
    report.settled_at = report.settled_by = None
    report.save(update_fields=["settled_at", "settled_by"])


def _send(report: ErrorReport, user: User) -> None:
    establishment = report.establishment
    for address, language in _readers(report):
        with translation.override(language):
            path = reverse("establishment", args=[establishment.unit_number])
            reports = reverse("error-reports")
        mail.send(
            "error_report",
            address,
            {
                "report": report,
                "establishment": establishment,
                "reporter": user,
                "page_url": settings.SITE_URL + path,
                "reports_url": settings.SITE_URL + reports,
            },
            language=language,
            reply_to=user.email,
        )


def _readers(report: ErrorReport) -> list[tuple[str, str]]:
    """Address and language of who hears of it: the company, and its sector's consultants."""
    establishment = report.establishment
    readers: dict[str, str] = {}
    if address := establishment.email or establishment.company.email:
        readers[address] = settings.LANGUAGE_CODE
    if report.sector:
        members = User.objects.filter(
            sectormemberships__sector=report.sector, is_active=True
        ).distinct()
        readers |= dict(members.order_by("pk").values_list("email", "language"))
    return list(readers.items())
