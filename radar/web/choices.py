"""Lists to choose from in a form, made when they are drawn."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.choices import CallableChoiceIterator
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe


def later(choices: Callable[[], Iterable[Any]]) -> Any:
    """A list of choices that is made once, when it is first looked at."""
    return CallableChoiceIterator(cache(lambda: list(choices())))


class SearchSelect(forms.Select):
    """A list to type in (js/combobox.js); without JavaScript an ordinary list.

    A choice's label may be a `Found`: then its hint is shown too, and its words are searched.
    """

    def __init__(self, choices: Callable[[], Iterable[Any]]) -> None:
        super().__init__({"data-combobox": ""}, later(choices))

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Written at once: a template per option would cost more than all the rest of a page."""
        chosen = set(self.format_value(value))
        options = "".join(_option(choice, label, chosen) for choice, label in self.choices)
        written = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", written, mark_safe(options))  # noqa: S308


def _option(value: Any, label: Any, chosen: set[str]) -> str:
    """An option as HTML; what stands in it is escaped here."""
    text = str(value)
    hint = ""
    if isinstance(label, Found):
        hint = f' data-hint="{escape(label.hint)}" data-words="{escape(label.words)}"'
    selected = " selected" if text in chosen else ""
    return f'<option value="{escape(text)}"{hint}{selected}>{escape(label)}</option>'


class Found(str):
    """A label with a hint beside it and other words that lead to it."""

    hint: str
    words: str

    def __new__(cls, label: str, hint: str = "", words: str = "") -> "Found":
        found = super().__new__(cls, label)
        found.hint, found.words = hint, words
        return found
