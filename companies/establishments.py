"""Companies and their establishments, and the exclusion of either."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

import pghistory
import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import Exists, F, Func, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.memberships import Membership
from accounts.models import User
from companies.numbers import (
    ENTERPRISE_NUMBER_SHAPE,
    ESTABLISHMENT_NUMBER_SHAPE,
    compact,
    dotted,
    validate_enterprise_number,
    validate_establishment_number,
)
from geo.addresses import Located
from radar.api.callers import Caller
from schools.models import Sector

#: Of an enterprise number and of an establishment number.
KBO_DIGITS = 10


class KboNumberField(models.CharField):
    """A ten-digit KBO number; dots, spaces and a BE prefix are dropped on the way in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 10, "unique": True} | kwargs)

    def to_python(self, value: Any) -> Any:
        return compact(value) if isinstance(value, str) else value

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        # Room for the dots that people type; `to_python` drops them.
        return super().formfield(*args, **{"max_length": 20} | kwargs)


class KboCheckDigits(Func):
    """Whether a KBO number ends in its check digits; the database function of migration 0001."""

    function = "radar_kbo_check_digits"
    output_field = models.BooleanField()


class CompanySize(models.TextChoices):
    """How large a company is; empty means unknown."""

    SMALL = "small", _("fewer than 20 people")
    MIDDLE = "middle", _("20 to 249 people")
    LARGE = "large", _("250 people or more")


class CompanyQuerySet(models.QuerySet["Company"]):
    def of(self, user: User) -> Self:
        """The companies a user acts for; every company for an administrator."""
        return self if user.is_superuser else self.filter(memberships__user=user)

    def overseen_by(self, user: User) -> Self:
        """The companies of a consultant's sectors; all for an administrator.

        Those of which nobody said the sector are the fallback's.
        """
        if user.is_superuser:
            return self
        mine = Sector.objects.filter(memberships__user=user)
        nobodys = Q(sector__isnull=True) & Exists(mine.filter(is_fallback=True))
        return self.filter(Q(sector__in=mine) | nobodys)

    def active(self) -> Self:
        return self.filter(stopped_on__isnull=True)

    def looked_for(self, text: str) -> Self:
        """By enterprise number, by the number of an establishment, or by part of the name.

        Numbers are recognised with dots, spaces or a BE prefix.
        """
        number = compact(text)
        if number.isascii() and number.isdecimal() and len(number) == KBO_DIGITS:
            return self.filter(
                Q(enterprise_number=number) | Q(establishments__unit_number=number)
            ).distinct()
        return self.filter(name__icontains=text)


class Company(models.Model):
    """Onderneming, keyed by its KBO enterprise number."""

    enterprise_number = KboNumberField(
        _("enterprise number"), validators=[validate_enterprise_number]
    )
    name = models.CharField(_("name"), max_length=200)
    sector = models.ForeignKey(
        Sector,
        on_delete=models.PROTECT,
        related_name="companies",
        null=True,
        blank=True,
        verbose_name=_("sector"),
        help_text=_("The partnership that decides on its recognitions; empty means the fallback."),
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    website = models.URLField(_("website"), blank=True)
    size = models.CharField(
        _("size"),
        max_length=6,
        choices=CompanySize,
        blank=True,
        default="",
        db_default="",
        help_text=_("Leave empty when unknown."),
    )
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ("name", "enterprise_number")
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes = (
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="company_name_trigram"),
        )
        constraints = (
            models.CheckConstraint(
                name="company_enterprise_number_valid",
                condition=Q(enterprise_number__regex=ENTERPRISE_NUMBER_SHAPE)
                & Q(KboCheckDigits(F("enterprise_number"))),
                violation_error_message=_("This is no valid enterprise number."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def dotted_number(self) -> str:
        return dotted(self.enterprise_number)


class WorkLanguage(models.TextChoices):
    """Taal op de werkvloer: in Brussels and along the border it decides whether a pupil fits."""

    DUTCH = "nl", _("Dutch")
    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")
    GERMAN = "de", _("German")


class EstablishmentQuerySet(models.QuerySet["Establishment"]):
    def of(self, user: User) -> Self:
        """The establishments of the companies a user acts for; all for an administrator."""
        return self if user.is_superuser else self.filter(company__memberships__user=user)

    def readable_by(self, user: User | AnonymousUser | Caller) -> Self:
        """Whose matches a user may read: her own company's; every one for a consultant too.

        A client of the API reads every establishment: its scope was looked at before.
        """
        if isinstance(user, Caller):
            return self
        if not isinstance(user, User):
            return self.none()
        return self if user.sectormemberships.exists() else self.of(user)

    def numbered(self, number: str) -> Establishment:
        """The one with this unit number, dots or not. Raises DoesNotExist for any other text."""
        digits = compact(number)
        if not (digits.isascii() and digits.isdecimal() and len(digits) == 10):
            raise self.model.DoesNotExist(number)
        return self.get(unit_number=digits)

    def active(self) -> Self:
        """Establishments that have not stopped, of companies that have not stopped."""
        return self.filter(stopped_on__isnull=True, company__stopped_on__isnull=True)


class Establishment(Located):
    """Vestigingseenheid, keyed by its KBO unit number; it may move to another company."""

    unit_number = KboNumberField(
        _("establishment number"), validators=[validate_establishment_number]
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="establishments", verbose_name=_("company")
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail address"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)
    nace_version = models.CharField(
        _("NACE version"), max_length=4, blank=True, default="", db_default=""
    )
    nace_codes = ArrayField(
        models.CharField(max_length=7),
        verbose_name=_("NACE codes"),
        help_text=_("Main activities, in the newest version that the KBO gives."),
        default=list,
        blank=True,
        db_default=[],
    )

    languages = ArrayField(
        models.CharField(max_length=2, choices=WorkLanguage),
        verbose_name=_("languages at work"),
        help_text=_("In which a pupil is guided. Leave empty when unknown."),
        default=list,
        blank=True,
        db_default=[],
    )

    objects = EstablishmentQuerySet.as_manager()

    class Meta(Located.Meta):
        ordering = ("name", "unit_number")
        verbose_name = _("establishment")
        verbose_name_plural = _("establishments")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Located.Meta.constraints,
            models.CheckConstraint(
                name="establishment_unit_number_valid",
                condition=Q(unit_number__regex=ESTABLISHMENT_NUMBER_SHAPE)
                & Q(KboCheckDigits(F("unit_number"))),
                violation_error_message=_("This is no valid establishment number."),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="establishment_gives_point",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("point"),
                condition=pgtrigger.Q(old__point__df=pgtrigger.F("new__point")),
                func="""
                    UPDATE companies_recognition
                    SET point = ST_Transform(NEW.point, 3812)
                    WHERE establishment_id = NEW.id;
                    RETURN NULL;
                """,
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def language_names(self) -> str:
        """The languages at work on one line, in the reader's language; empty when unknown."""
        return ", ".join(str(WorkLanguage(code).label) for code in self.languages)

    @property
    def dotted_number(self) -> str:
        return dotted(self.unit_number)


class Transfer(models.Model):
    """An establishment that moved to another company, for instance in a merger."""

    establishment = models.ForeignKey(
        Establishment,
        on_delete=models.CASCADE,
        related_name="transfers",
        verbose_name=_("establishment"),
    )
    from_company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="transfers_out", verbose_name=_("from")
    )
    to_company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="transfers_in", verbose_name=_("to")
    )
    on = models.DateField(_("on"))

    class Meta:
        ordering = ("-on",)
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = (
            models.CheckConstraint(
                name="transfer_between_two_companies",
                condition=~Q(from_company=F("to_company")),
                violation_error_message=_("A transfer is between two companies."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.establishment}: {self.from_company} → {self.to_company}"


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def in_force_on(self, day: date) -> Self:
        """Exclusions in force on a day; an open end means for good."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day
        )

    def at(self, establishment: Establishment) -> Self:
        """Exclusions of an establishment, or of its company."""
        return self.filter(Q(establishment=establishment) | Q(company=establishment.company_id))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Exclusion(models.Model):
    """Uitsluiting of an establishment or a whole company, for a time or for good."""

    establishment = models.ForeignKey(
        Establishment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="exclusions",
        verbose_name=_("establishment"),
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="exclusions",
        verbose_name=_("company"),
    )
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("Leave empty for good.")
    )
    reason = models.TextField(_("reason"))

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_from",)
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = (
            models.CheckConstraint(
                name="exclusion_of_one_thing",
                condition=Q(establishment__isnull=True) ^ Q(company__isnull=True),
                violation_error_message=_("Exclude either an establishment or a company."),
            ),
            models.CheckConstraint(
                name="exclusion_period",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The end lies before the start."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.establishment or self.company}"


class CompanyRole(models.TextChoices):
    """What a user may do for a company."""

    OWNER = "owner", _("owner")
    MEMBER = "member", _("member")


class CompanyMembership(Membership):
    """A company user acts for a company."""

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("company")
    )
    role = models.CharField(
        _("role"), max_length=6, choices=CompanyRole, default=CompanyRole.MEMBER
    )

    class Meta:
        verbose_name = _("company user")
        verbose_name_plural = _("company users")
        constraints = (
            models.UniqueConstraint(fields=("user", "company"), name="company_membership_unique"),
        )
        triggers = (
            # At the end of the transaction, so that handing over takes two steps in any order.
            pgtrigger.Trigger(
                name="company_keeps_owner",
                when=pgtrigger.After,
                operation=pgtrigger.Delete | pgtrigger.UpdateOf("role"),
                condition=pgtrigger.Q(old__role=CompanyRole.OWNER),
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (
                        SELECT FROM companies_companymembership WHERE company_id = OLD.company_id
                    ) AND NOT EXISTS (
                        SELECT FROM companies_companymembership
                        WHERE company_id = OLD.company_id AND role = 'owner'
                    ) THEN
                        RAISE EXCEPTION 'A company with users needs an owner.'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'company_keeps_owner';
                    END IF;
                    RETURN NULL;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.company}"
