"""How a school makes contact: its message templates and its settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import UserRequest
from placement.contact_settings import ContactSettings
from placement.message_templates import PLACEHOLDERS, MessageTemplate, drafts
from radar.web.versions import VersionedForm
from schools.models import School


class TemplateForm(VersionedForm):
    """A message template of a school."""

    class Meta:
        model = MessageTemplate
        fields = ("name", "language", "subject", "body")
        labels = {
            "name": gettext_lazy("Name"),
            "language": gettext_lazy("Language"),
            "subject": gettext_lazy("Subject"),
            "body": gettext_lazy("Message"),
        }
        widgets = {"body": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A subject keeps its line breaks until they are refused, so that none slips in unseen.
        subject: Any = self.fields["subject"]
        subject.strip = False

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        twins = MessageTemplate.objects.filter(school=self.instance.school, name=name)
        if twins.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This school has a template with this name already."))
        return name


class SettingsForm(VersionedForm):
    """How a school makes contact."""

    class Meta:
        model = ContactSettings
        fields = ("answer_days", "shows_name")
        labels = {
            "answer_days": gettext_lazy("Days to answer"),
            "shows_name": gettext_lazy("Show our name to other schools"),
        }


def _schools(request: UserRequest) -> Any:
    return School.objects.of(request.user).order_by("name", "number")


@require_safe
def overview(request: UserRequest) -> HttpResponse:
    """The templates and settings of each school of the user; an administrator's first ones."""
    schools = _schools(request).select_related("contact_settings")
    found = list(schools.prefetch_related("message_templates")[:20])
    context = {
        "schools": [
            (school, getattr(school, "contact_settings", None) or ContactSettings(school=school))
            for school in found
        ],
    }
    return render(request, "placement/message_templates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def settings(request: UserRequest, number: str) -> HttpResponse:
    """Change how a school makes contact."""
    school = get_object_or_404(_schools(request).select_for_update(of=("self",)), number=number)
    found = ContactSettings.of(school)
    form = SettingsForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("message-templates")
    return _form_page(request, "placement/contact_settings.html", form, {"school": school})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: UserRequest, number: str) -> HttpResponse:
    """A new template, that starts as the standard one."""
    school = get_object_or_404(_schools(request), number=number)
    standard = drafts(school, [])[0]
    fresh = MessageTemplate(
        school=school, language=standard.language, subject=standard.subject, body=standard.body
    )
    return _save(request, fresh)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """Change a template; who was overtaken is told."""
    own = MessageTemplate.objects.of(request.user).select_related("school")
    return _save(request, get_object_or_404(own.select_for_update(of=("self",)), pk=pk))


def _save(request: UserRequest, template: MessageTemplate) -> HttpResponse:
    form = TemplateForm(request.POST or None, instance=template)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("message-templates")
    context = {"placeholders": PLACEHOLDERS, "template": template}
    return _form_page(request, "placement/message_template.html", form, context)


def _form_page(
    request: UserRequest, template: str, form: VersionedForm, context: dict[str, Any]
) -> HttpResponse:
    status = 409 if form.conflicts else 400 if form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: UserRequest, pk: int) -> HttpResponse:
    """Asks first; messages sent with it stay as they were."""
    own = MessageTemplate.objects.of(request.user).select_related("school")
    found = get_object_or_404(own, pk=pk)
    if request.method == "POST":
        found.delete()
        messages.success(request, _("The template is deleted."))
        return redirect("message-templates")
    return render(request, "placement/message_template_delete.html", {"template": found})
