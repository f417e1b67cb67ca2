"""Two people edit one record: the second is told, sees both versions, and loses nothing she typed.

The record counts its changes in `version`; the form carries the count that was seen. The view locks
the record before it makes the form, in the transaction that saves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed meanwhile: what is saved now, as people read it."""

    label: str
    saved: str


class VersionedForm(forms.ModelForm):
    """A form for a model with a `version`. After a conflict, `differences` tells what is saved now.

    The refused form keeps what was typed and carries the present version: who sends it again has
    seen both and decides.
    """

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.fields["version"].initial = self.instance.version
        self.differences: list[Difference] = []

    @property
    def conflicts(self) -> bool:
        return bool(self.has_error("__all__", "conflict"))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        seen = found.get("version")
        if seen is not None and seen != self.instance.version:
            self.differences = [
                Difference(str(field.label), self._shown(name))
                for name, field in self.fields.items()
                if name != "version" and self._differs(name)
            ]
            typed: Any = self.data
            self.data = typed.copy()
            self.data[self.add_prefix("version")] = str(self.instance.version)  # type: ignore[index]
            raise ValidationError(
                _("Somebody else changed this meanwhile. What you typed is still here."),
                code="conflict",
            )
        return found

    def _differs(self, name: str) -> bool:
        field = self.fields[name]
        saved = field.prepare_value(self.get_initial_for_field(field, name))
        return bool(field.has_changed(saved, self[name].data))

    def _shown(self, name: str) -> str:
        """The saved value in words."""
        display = getattr(self.instance, f"get_{name}_display", None)
        value = display() if display else getattr(self.instance, name)
        return "–" if value in (None, "") else str(value)

    def save(self, commit: bool = True) -> Any:
        if not self.instance._state.adding:
            self.instance.version += 1
        return super().save(commit)
