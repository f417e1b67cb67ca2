"""The page behind the link in a message: an establishment answers without an account."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from companies.answer_forms import AnswerForm
from companies.answer_links import AnswerLinkError, read
from companies.approaching import answer_by_link
from radar.web.rate_limits import limited

#: A link that was altered leads nowhere; one that had its day is gone.
STATUS = {"altered": 404, "expired": 410, "used": 410}


@login_not_required
@never_cache
@limited("answer", requests=60, seconds=600)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The question and the form; only a POST answers, for mail programs look at links too."""
    try:
        approach = read(token)
        form = AnswerForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                answer_by_link(token, form.answer, timezone.localdate())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return _private(redirect("answer-thanks"))
    except AnswerLinkError as error:
        dead = {"reason": error.reason}
        page = render(request, "companies/answer_dead.html", dead, status=STATUS[error.reason])
        return _private(page)
    context = {"approach": approach, "form": form}
    status = 400 if request.method == "POST" else 200
    return _private(render(request, "companies/answer.html", context, status=status))


@login_not_required
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """After an answer."""
    return _private(render(request, "companies/answer_thanks.html"))


def _private(response: HttpResponse) -> HttpResponse:
    """A page whose address is a secret: found by no search engine.

    Other sites are not told it either: no page tells its address to them. (Telling it to nobody,
    `no-referrer`, would make browsers send no origin, without which no form is accepted.)
    """
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
