"""How a school makes contact: how long it waits, and whether others may see that it does."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from schools.models import School

#: Days that an establishment has to answer, unless the school says otherwise.
ANSWER_DAYS = 14


class ContactSettings(models.Model):
    """What a school chose; without a row, what is usual."""

    school = models.OneToOneField(
        School,
        on_delete=models.CASCADE,
        related_name="contact_settings",
        verbose_name=_("school"),
    )
    answer_days = models.PositiveSmallIntegerField(
        _("days to answer"),
        default=ANSWER_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("After so many days without an answer, an approach becomes “no answer”."),
    )
    shows_name = models.BooleanField(
        _("show our name to other schools"),
        default=False,
        help_text=_(
            "When two schools approach the same place, each sees that it is under discussion. "
            "With whom, they see only when both have ticked this."
        ),
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("settings for contacts")
        verbose_name_plural = _("settings for contacts")
        constraints = (
            models.CheckConstraint(
                name="contact_settings_answer_days",
                condition=Q(answer_days__range=(1, 60)),
                violation_error_message=_("Between 1 and 60 days."),
            ),
        )

    def __str__(self) -> str:
        return str(self.school)

    @classmethod
    def of(cls, school: School) -> ContactSettings:
        """What a school chose, or the usual; not saved."""
        return cls.objects.filter(school=school).first() or cls(school=school)
