"""The pages of requests and recognitions, for a company and for a school on its behalf."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.forms import BaseForm
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.models import User
from accounts.requests import UserRequest
from companies.carry_over import carry_over, running_successors
from companies.decisions import appeal
from companies.models import Establishment, Recognition
from companies.notices import Notice, sector_readers, tell
from companies.numbers import compact
from companies.portal.requests import actions
from companies.portal.requests.forms import (
    AppealForm,
    ChangeForm,
    DeclarationForm,
    DocumentForm,
    FindForm,
    KnownMentorForm,
    MentorForm,
    ScanForm,
    StartForm,
)
from companies.portal.requests.models import RecognitionRequest, RequestDocument, RequestMentor
from companies.portal.requests.steps import SUMMARY, asked_documents, next_step, progress
from companies.timeline import timeline

PAGE_SIZE = 25
#: Establishments that a search shows.
FOUND = 20


def _own(request: UserRequest, pk: int) -> RecognitionRequest:
    """A request that the user may see; 404 for another's."""
    found = RecognitionRequest.objects.of(request.user).listed()
    return get_object_or_404(found.prefetch_related("mentors", "documents"), pk=pk)


def _editable(request: UserRequest, pk: int) -> RecognitionRequest:
    """A request that the user may change now; 404 also for one that is being decided on."""
    found = _own(request, pk)
    if not found.is_editable:
        raise Http404
    return found


def recognitions_of(request: UserRequest) -> Any:
    """The recognitions that the user may see: her companies', and those her schools asked for."""
    if request.user.is_superuser:
        return Recognition.objects.all()
    mine = Q(establishment__in=Establishment.objects.of(request.user))
    asked = Q(request__in=RecognitionRequest.objects.of(request.user))
    return Recognition.objects.filter(mine | asked)


def add_errors(form: BaseForm, error: ValidationError) -> None:
    """Give a form what an action refused, at the fields that it has."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


@require_safe
def overview(request: UserRequest) -> HttpResponse:
    """The drafts, the requests that run, and the recognitions by their end."""
    drafts = RecognitionRequest.objects.of(request.user).drafts().listed()
    recognitions = (
        recognitions_of(request)
        .select_related("establishment", "programme", "sector", "request")
        .in_order_of_care()
    )
    page = Paginator(recognitions, PAGE_SIZE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    context = {
        "drafts": drafts,
        "page": page,
        "lines": [(found, found.days_left(today), found.is_renewable(today)) for found in page],
        "asks_for_companies": request.user.schoolmemberships.exists(),
    }
    return render(request, "requests/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: UserRequest) -> HttpResponse:
    """Choose an establishment and a programme. A school first finds the company."""
    user = request.user
    number = request.POST.get("establishment") or request.GET.get("vestiging") or ""
    given = None
    if number and (user.is_superuser or not _is_own(user, number)):
        if not _may_find(user):
            raise Http404
        given = _named(number)
    if given is None and _asks_for_others(request):
        return _find(request)
    initial = {"establishment": number, "programme": request.GET.get("opleiding")}
    form = StartForm(request.POST or None, user=user, given=given, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.start(
                form.cleaned_data["establishment"],
                form.cleaned_data["programme"],
                user,
                timezone.localdate(),
                form.cleaned_data.get("school"),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("request-step", made.pk, next_step(made))
    context = {"form": form, "given": given}
    return render(request, "requests/start.html", context, status=400 if form.errors else 200)


def _is_own(user: User, number: str) -> bool:
    return Establishment.objects.of(user).filter(unit_number=compact(number)).exists()


def _may_find(user: User) -> bool:
    """Who may ask for an establishment that is not hers: a school, and an administrator."""
    return user.is_superuser or user.schoolmemberships.exists()


def _named(number: str) -> Establishment:
    found = Establishment.objects.select_related("company__sector", "municipality")
    return get_object_or_404(found, unit_number=compact(number))


def _asks_for_others(request: UserRequest) -> bool:
    """Whether the user has no establishment of her own to ask for, or wants another's.

    An administrator has all of them, which nobody can choose from: she looks for one as well.
    """
    if request.method == "POST":
        return False
    if "q" in request.GET or request.user.is_superuser:
        return True
    return not Establishment.objects.of(request.user).exists()


def _find(request: UserRequest) -> HttpResponse:
    """A school finds the company on whose behalf it asks."""
    if not _may_find(request.user):
        return render(request, "requests/start_nobody.html")
    form = FindForm(request.GET or None)
    text = request.GET.get("q", "").strip()[:100]
    found: list[Establishment] = []
    if text:
        units = Establishment.objects.active().select_related("company", "municipality")
        match = Q(name__icontains=text) | Q(company__name__icontains=text)
        if (digits := compact(text)).isdecimal():
            match = Q(unit_number=digits) | Q(company__enterprise_number=digits)
        found = list(units.filter(match).order_by("name", "unit_number")[: FOUND + 1])
    context = {"form": form, "asked": text, "found": found[:FOUND], "more": len(found) > FOUND}
    return render(request, "requests/find.html", context)


@require_safe
def resume(request: UserRequest, pk: int) -> HttpResponse:
    """Where a request was left: its first step that lacks something."""
    found = _own(request, pk)
    if not found.is_editable:
        return redirect("recognition", found.recognition_id)
    return redirect("request-step", pk, next_step(found))


def _step(
    request: UserRequest, found: RecognitionRequest, slug: str, status: int = 200, **more: Any
) -> HttpResponse:
    steps = progress(found, slug)
    place = next(i for i, step in enumerate(steps) if step.current)
    context = {
        "request_": found,
        "steps": steps,
        "here": steps[place],
        "following": steps[place + 1].step.slug if place + 1 < len(steps) else "",
        **more,
    }
    return render(request, f"requests/step_{slug}.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: UserRequest, pk: int, slug: str) -> HttpResponse:
    """One step of a request. What is sent is kept at once, and the request gone on with later."""
    views = {
        "opleiding": _programme,
        "mentoren": _mentors,
        "zelfscan": _scan,
        "documenten": _documents,
        SUMMARY: _summary,
    }
    if slug not in views:
        raise Http404
    return views[slug](request, _editable(request, pk))


def _programme(request: UserRequest, found: RecognitionRequest) -> HttpResponse:
    if not found.is_draft:
        return _step(request, found, "opleiding", form=None)
    initial = {"programme": found.programme.number}
    form = ChangeForm(request.POST or None, request=found, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["programme"]
        if chosen != found.programme:
            found.programme, found.renews = chosen, None
            found.save(update_fields=["programme", "renews", "changed_at"])
        return redirect("request-step", found.pk, "mentoren")
    return _step(request, found, "opleiding", 400 if form.errors else 200, form=form)


def _mentors(request: UserRequest, found: RecognitionRequest) -> HttpResponse:
    """A mentor is written in, or one of the establishment is taken over."""
    known = KnownMentorForm(request=found)
    form = MentorForm(instance=RequestMentor(request=found))
    if request.method == "POST" and "mentor" in request.POST:
        known = KnownMentorForm(request.POST, request=found)
        if known.is_valid():
            mentor = known.cleaned_data["mentor"]
            RequestMentor.objects.create(
                request=found,
                mentor=mentor,
                name=mentor.name,
                email=mentor.email,
                years_of_experience=mentor.years_of_experience or 0,
                trained_on=mentor.trained_on,
            )
            return redirect("request-step", found.pk, "mentoren")
    elif request.method == "POST":
        form = MentorForm(request.POST, instance=RequestMentor(request=found))
        if form.is_valid():
            form.save()
            return redirect("request-step", found.pk, "mentoren")
    status = 400 if form.errors or known.errors else 200
    return _step(request, found, "mentoren", status, form=form, known=known)


@require_POST
def remove_mentor(request: UserRequest, pk: int, mentor: int) -> HttpResponse:
    get_object_or_404(_editable(request, pk).mentors, pk=mentor).delete()
    return redirect("request-step", pk, "mentoren")


def _scan(request: UserRequest, found: RecognitionRequest) -> HttpResponse:
    form = ScanForm(request.POST or None, initial=found.answers)
    if request.method == "POST" and form.is_valid():
        found.answers = actions.answers_of(form.cleaned_data)
        found.save(update_fields=["answers", "changed_at"])
        return redirect("request-step", found.pk, "documenten")
    return _step(request, found, "zelfscan", 400 if form.errors else 200, form=form)


def _documents(request: UserRequest, found: RecognitionRequest) -> HttpResponse:
    megabytes = settings.DOCUMENT_MAX_BYTES >> 20
    form = DocumentForm(request.POST or None, request.FILES or None, max_megabytes=megabytes)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_document(found, data["file"], data["kind"], request.user)
        except ValidationError as error:
            form.add_error("file", " ".join(error.messages))
        else:
            return redirect("request-step", found.pk, "documenten")
    status = 400 if form.errors else 200
    asked = asked_documents(found)
    return _step(request, found, "documenten", status, form=form, asked=asked)


@require_POST
def remove_document(request: UserRequest, pk: int, document: int) -> HttpResponse:
    actions.remove_document(get_object_or_404(_editable(request, pk).documents, pk=document))
    return redirect("request-step", pk, "documenten")


def _summary(request: UserRequest, found: RecognitionRequest) -> HttpResponse:
    """All of it once more, the declaration, and sending."""
    for_school = found.school_id is not None
    initial = {"message": found.message}
    form = DeclarationForm(request.POST or None, for_school=for_school, initial=initial)
    if request.method == "POST" and form.is_valid():
        send = actions.submit if found.is_draft else actions.complete
        try:
            recognition = send(
                found, form.cleaned_data["message"], request.user, timezone.localdate()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The request is sent."))
            return redirect("recognition", recognition.pk)
    scanned = [(field.label, found.answers.get(name)) for name, field in ScanForm().fields.items()]
    status = 400 if form.errors else 200
    return _step(request, found, SUMMARY, status, form=form, scanned=scanned)


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: UserRequest, pk: int) -> HttpResponse:
    """Asks first; a draft that is thrown away does not come back."""
    found = _own(request, pk)
    if not found.is_draft:
        raise Http404
    if request.method == "POST":
        actions.discard(found)
        messages.success(request, _("The draft is thrown away."))
        return redirect("recognitions")
    return render(request, "requests/discard.html", {"request_": found})


@never_cache
@require_safe
def document(request: UserRequest, key: str) -> FileResponse:
    """A document, for who may see its request; as a file to keep, never as a page."""
    found = get_object_or_404(RequestDocument.objects.readable_by(request.user).kept(), key=key)
    audit.seen(request.user, [found], "request-document")
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content, as_attachment=True, filename=found.name, content_type=found.media_type
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _recognition(request: UserRequest, pk: int) -> Recognition:
    found = recognitions_of(request).select_related(
        "establishment__company", "establishment__municipality", "programme", "sector"
    )
    return get_object_or_404(found, pk=pk)


def _own_recognition(request: UserRequest, pk: int) -> Recognition:
    """A recognition of the user's own company; a school that asked for it does not act here."""
    get_object_or_404(Recognition.objects.of(request.user), pk=pk)
    return _recognition(request, pk)


@require_safe
def recognition(request: UserRequest, pk: int) -> HttpResponse:
    """A recognition: how it stands, what can be done, and how it came about."""
    return _recognition_page(request, _recognition(request, pk), AppealForm())


def _recognition_page(
    request: UserRequest, found: Recognition, form: AppealForm, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    asked = (
        RecognitionRequest.objects.filter(recognition=found)
        .listed()
        .prefetch_related("documents", "mentors")
        .first()
    )
    context = {
        "recognition": found,
        "request_": asked,
        "days_left": found.days_left(today),
        "is_renewable": found.is_renewable(today),
        "successors": running_successors(found, today),
        "is_own": Recognition.objects.of(request.user).filter(pk=found.pk).exists(),
        "form": form,
        "steps": timeline(found),
    }
    return render(request, "requests/recognition.html", context, status=status)


@require_POST
def renew(request: UserRequest, pk: int) -> HttpResponse:
    """Start the renewal, filled in from the last time."""
    found = _recognition(request, pk)
    asked = RecognitionRequest.objects.filter(recognition=found).first()
    mine = Establishment.objects.of(request.user).filter(pk=found.establishment_id).exists()
    school = None if mine or asked is None else asked.school
    try:
        made = actions.start(
            found.establishment, found.programme, request.user, timezone.localdate(), school
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("recognition", pk)
    return redirect("request-step", made.pk, next_step(made))


@require_POST
def lodge_appeal(request: UserRequest, pk: int) -> HttpResponse:
    """Ask the partnership to look at its refusal or lifting again."""
    found = _own_recognition(request, pk)
    form = AppealForm(request.POST)
    if form.is_valid():
        try:
            lodged = appeal(found, form.cleaned_data["grounds"], timezone.localdate())
        except ValidationError as error:
            add_errors(form, error)
        else:
            to = sector_readers(lodged.sector)
            tell(Notice.APPEALED, to, lodged, "review-record", pk, reason=lodged.appeal)
            messages.success(request, _("The appeal is lodged."))
            return redirect("recognition", pk)
    return _recognition_page(request, found, form, 400)


@require_POST
def carry(request: UserRequest, pk: int) -> HttpResponse:
    """Carry a recognition of an ended programme over to a successor."""
    found = _own_recognition(request, pk)
    today = timezone.localdate()
    wanted = request.POST.get("programme", "")
    successor = next((p for p in running_successors(found, today) if str(p.number) == wanted), None)
    if successor is None:
        messages.error(request, _("That programme does not succeed this one."))
        return redirect("recognition", pk)
    try:
        made = carry_over(found, successor, today)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("recognition", pk)
    tell(Notice.CARRIED_OVER, actions.people_of(made), made, "recognition", made.pk)
    messages.success(request, _("The recognition is carried over."))
    return redirect("recognition", made.pk)
