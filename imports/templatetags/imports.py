"""Template filters of the imports."""

from django import template

register = template.Library()


@register.filter
def clock(seconds: float) -> str:
    """A number of seconds as minutes and seconds: `1:05`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
