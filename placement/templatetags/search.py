"""Template tags of the search: addresses with a choice less."""

from django import template
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def without(context: Context, name: str, value: str | None = None) -> str:
    """The page's query string without a value of a name, or without all of them; on page 1."""
    query = context["request"].GET.copy()
    values = [] if value is None else [text for text in query.getlist(name) if text != value]
    query.setlist(name, values)
    query.pop("page", None)
    return f"?{query.urlencode()}"
