"""Lists to choose from in a form, made when they are drawn."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django import forms
from django.utils.choices import CallableChoiceIterator


def later(choices: Callable[[], Iterable[Any]]) -> Any:
    """A list of choices that is made once, when it is first looked at."""
    return CallableChoiceIterator(cache(lambda: list(choices())))


class SearchSelect(forms.Select):
    """A list to type in (js/combobox.js); without JavaScript an ordinary list.

    A choice's label may be a `Found`: then its hint is shown too, and its words are searched.
    """

    def __init__(self, choices: Callable[[], Iterable[Any]]) -> None:
        super().__init__({"data-combobox": ""}, later(choices))

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
