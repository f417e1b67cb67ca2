"""Messages with which a school approaches an establishment, and what is filled in.

Only the placeholders below are replaced, by plain text, once: a value that looks like a placeholder
stays as it is, and nothing in a template is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Establishment
from schools.models import Campus, Programme, School

_PLACEHOLDER = re.compile(r"\{([^{}\s]*)\}")
#: What a template may hold between braces, and what each stands for.
PLACEHOLDERS = {
    "vestiging": _("the name of the establishment"),
    "opleiding": _("the programme"),
    "campus": _("the campus"),
    "school": _("the school"),
    "coordinator": _("your name"),
}
one_line = RegexValidator(
    r"^[^\x00-\x1f\x7f\u2028\u2029]*$", _("A subject is one line, without control characters.")
)


def check_placeholders(text: str) -> None:
    """Raises ValidationError naming the first placeholder that nobody knows."""
    for name in _PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            raise ValidationError(
                _("“{%(name)s}” is no placeholder. There are: %(known)s."),
                code="placeholder",
                params={"name": name, "known": ", ".join(f"{{{p}}}" for p in PLACEHOLDERS)},
            )


def filled(
    text: str, establishment: Establishment, programme: Programme, campus: Campus, by: User
) -> str:
    """A template with its placeholders replaced; an unknown one stays as it was typed."""
    values = {
        "vestiging": establishment.name,
        "opleiding": programme.title,
        "campus": str(campus),
        "school": campus.school.name,
        "coordinator": by.get_full_name() or by.email,
    }
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


class MessageTemplateQuerySet(models.QuerySet["MessageTemplate"]):
    def of(self, user: User) -> Self:
        """Those of the schools a user acts for; all for an administrator."""
        return self if user.is_superuser else self.filter(school__memberships__user=user)


class MessageTemplate(models.Model):
    """Berichtsjabloon of a school."""

    school = models.ForeignKey(
        School,
        on_delete=models.CASCADE,
        related_name="message_templates",
        verbose_name=_("school"),
    )
    name = models.CharField(_("name"), max_length=60)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    subject = models.CharField(
        _("subject"), max_length=150, validators=[one_line, check_placeholders]
    )
    body = models.TextField(_("message"), max_length=5000, validators=[check_placeholders])
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = MessageTemplateQuerySet.as_manager()

    class Meta:
        ordering = ("school", "name", "pk")
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = (
            models.UniqueConstraint(
                fields=("school", "name"),
                name="message_template_name_once",
                violation_error_message=_("This school has a template with this name already."),
            ),
        )

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Draft:
    """A template ready to use: one of the school's, or a standard one. `key` names it in a form."""

    key: str
    name: str
    language: str
    subject: str
    body: str


def drafts(school: School, saved: Iterable[MessageTemplate] | None = None) -> list[Draft]:
    """The school's own templates, then the standard one in each language."""
    own = MessageTemplate.objects.filter(school=school) if saved is None else saved
    return [
        *(Draft(str(t.pk), t.name, t.language, t.subject, t.body) for t in own),
        *(_standard(code) for code, _name in settings.LANGUAGES),
    ]


def _standard(language: str) -> Draft:
    name = gettext("Standard message (%(language)s)") % {"language": language.upper()}
    with translation.override(language):
        return Draft(
            f"standard-{language}",
            name,
            language,
            gettext("A pupil for {opleiding} at {vestiging}?"),
            gettext(
                "Dear,\n\n"
                "At {campus} we look for a workplace for a pupil who follows {opleiding}. "
                "Your establishment {vestiging} is recognised for this programme.\n\n"
                "Could you train a pupil? You can answer with the buttons in this message.\n\n"
                "Kind regards,\n{coordinator}\n{school}"
            ),
        )
