"""Lists to choose from in a form, made when they are drawn."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.choices import CallableChoiceIterator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


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
        widget = self.get_context(name, value, attrs)["widget"]
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (option["value"], flatatt(option["attrs"]), option["label"])
                for _group, found, _index in widget["optgroups"]
                for option in found
            ),
        )
        return format_html(
            '<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), options
        )

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, label, *args, **kwargs)
        if isinstance(label, Found):
            option["attrs"] |= {"data-hint": label.hint, "data-words": label.words}
        return option


class Found(str):
    """A label with a hint beside it and other words that lead to it."""

    hint: str
    words: str

    def __new__(cls, label: str, hint: str = "", words: str = "") -> "Found":
        found = super().__new__(cls, label)
        found.hint, found.words = hint, words
        return found
