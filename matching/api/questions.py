"""One question for matches as a JSON object: for a campus, an establishment or a point."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from companies.models import Establishment
from matching.api.campus_matches import campus_match_body
from matching.api.matches import match_body
from matching.campus_ranking import campus_pairs
from matching.pairs import pairs
from matching.queries import EstablishmentQuery, MatchQuery, PointQuery
from radar.api.parameters import camel
from radar.api.problems import BadInput, Issue, issue, problem_of
from schools.models import Campus

Body = dict[str, Any]
Query = TypeVar("Query", bound=forms.Form)

#: The members of a question, by the form's names.
NAMES = {
    camel(name): name
    for name in (
        "campus",
        "establishment",
        "longitude",
        "latitude",
        "programme",
        "mode",
        "max_minutes",
        "radius",
        "school_year",
    )
}


class _AnyEstablishmentQuery(EstablishmentQuery):
    """Also the establishment, which elsewhere stands in the address."""

    establishment = forms.CharField(max_length=20)

    def clean_establishment(self) -> Establishment:
        try:
            return Establishment.objects.numbered(self.cleaned_data["establishment"])
        except Establishment.DoesNotExist:
            raise ValidationError(_("This establishment is unknown."), code="unknown") from None


def misshapen(question: Any, where: str) -> list[Issue]:
    """What is wrong with the shape of a question that stands at `where` in a body."""
    if not isinstance(question, dict):
        return [issue(where, _("This must be an object."), place="body")]
    found = [
        issue(
            f"{where}.{name}"[:80], _("This field is unknown."), kind="unknownInput", place="body"
        )
        for name in question
        if name not in NAMES
    ]
    found += [
        issue(f"{where}.{name}", _("This is a text or a number."), place="body")
        for name, value in question.items()
        if name in NAMES and (isinstance(value, bool) or not isinstance(value, str | int | float))
    ]
    kinds = ("campus" in question, "establishment" in question, "longitude" in question)
    if sum(kinds) != 1:
        text = _("Name one of: a campus, an establishment, a longitude with a latitude.")
        found.append(issue(where, text, place="body"))
    return found


def answer(question: Body, most: int) -> Body:
    """The `total` and the best `items` for a question of the right shape, or the `problem`."""
    data = {NAMES[name]: str(value) for name, value in question.items()}
    try:
        return _answer(data, most)
    except BadInput as error:
        return {"problem": problem_of(error)}


def _answer(data: dict[str, str], most: int) -> Body:
    if "establishment" in data:
        of = _valid(_AnyEstablishmentQuery(data, campuses=Campus.objects.none()))
        rankings = of.rankings(of.cleaned_data["establishment"])
        found = campus_pairs(rankings, 0, most)
        return {"total": sum(map(len, rankings)), "items": list(map(campus_match_body, found))}
    query = MatchQuery if "campus" in data else PointQuery
    ranking = _valid(query(data, campuses=Campus.objects.all())).ranking()
    return {"total": len(ranking), "items": list(map(match_body, pairs(ranking, 0, most)))}


def _valid(query: Query) -> Query:
    """The query. Raises BadInput with an issue for each error of it."""
    issues = [
        issue(camel(field), text, query.data.get(field), place="body")
        for field, errors in query.errors.as_data().items()
        for error in errors
        for text in error.messages
    ]
    if issues:
        raise BadInput(issues)
    return query
