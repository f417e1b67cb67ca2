"""Template tags and filters of the shell: numbers as Belgians write them, and links."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.urls import reverse, translate_url
from django.utils.formats import date_format, number_format
from django.utils.translation import override

register = template.Library()


@register.filter
def km(metres: float) -> str:
    """A distance in metres as kilometres with one decimal, in the language's notation."""
    return number_format(metres / 1000, decimal_pos=1)


@register.filter
def whole_km(metres: float) -> str:
    """A distance in metres as whole kilometres."""
    return number_format(round(metres / 1000))


@register.filter
def percent(share: float) -> str:
    """A share in 0..1 as whole percents, without the sign."""
    return number_format(share * 100, decimal_pos=0)


@register.simple_tag(takes_context=True)
def in_language(context: Context, code: str) -> str:
    """The address of the page at hand in another language, its question included.

    A form that was refused is shown where nobody can go back to: then that of the page it was on.
    """
    request = context.get("request")
    if request is None:
        return f"/{code}/"
    if request.method == "POST":
        return translate_url(_came_from(request) or request.get_full_path(), code)
    if (found := request.resolver_match) is None or not found.url_name:
        return translate_url(request.get_full_path(), code)
    with override(code):
        path = reverse(found.view_name, args=found.args, kwargs=found.kwargs)
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _came_from(request: HttpRequest) -> str:
    """The path and the question of the page that a form was on; empty where it is unknown."""
    page = urlsplit(request.headers.get("Referer", ""))
    if page.netloc != request.get_host():
        return ""
    return f"{page.path}?{page.query}" if page.query else page.path


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """The page's query string with some values changed; None removes a value.

    Of a form that was refused: that of the page it was on, with its path.
    """
    request = context["request"]
    path, query = "", request.GET.copy()
    if request.method == "POST" and (page := urlsplit(_came_from(request))).path:
        path, query = page.path, QueryDict(page.query, mutable=True)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{path}?{query.urlencode()}"


@register.filter
def plain(number: float) -> str:
    """A number as SVG and scripts read it, whatever the language: `62.5`."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


@register.filter
def times(number: float, factor: float) -> float:
    return number * factor


@register.filter
def words(text: str) -> list[str]:
    """The words of a text: lists that a template names itself."""
    return text.split()


@register.filter
def file_type(suffix: str) -> str:
    """What people call a kind of file."""
    return {"xlsx": "Excel", "geojson": "GeoJSON", "gpkg": "GeoPackage"}.get(suffix, suffix.upper())


@register.filter
def cell(value: Any) -> Any:
    """A value in a table: a day in figures, nothing for None."""
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return "" if value is None else value
