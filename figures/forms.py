"""A table's question as the fields of its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from figures.columns import arrays_of
from figures.crossing import YEAR
from figures.dimensions import DIMENSIONS, school_year_name
from figures.models import Cube
from figures.questions import FiguresQuery, known_years, snake, usual_year
from figures.tables import Table
from figures.verdicts import Thresholds
from radar.web.choices import Found, SearchSelect, later

#: Of these there are too many for an ordinary list.
TYPED = ("municipality", "sector", "programme")


class FiguresForm(FiguresQuery):
    """A `FiguresQuery` drawn as lists, with the column that is drawn (`measure`)."""

    measure = forms.ChoiceField(label=_("Show"), required=False)

    def __init__(
        self, data: Mapping[str, Any], *args: Any, table: Table, cube: Cube, **kwargs: Any
    ) -> None:
        super().__init__(
            self._completed(data, table, cube),
            *args,
            table=table,
            cube=cube,
            label_suffix="",
            **kwargs,
        )
        drawn = [measure for measure in table.shown if not measure.is_text]
        self.fields["measure"].choices = [  # type: ignore[attr-defined]
            (measure.key, str(measure.title).capitalize()) for measure in drawn
        ]
        self.fields["school_year"].widget = forms.Select(choices=later(self._years))
        for key in table.dimensions:
            if key == YEAR:
                continue
            name = snake(key)
            if key in TYPED:
                self.fields[name].widget = SearchSelect(partial(self._members, key))
            else:
                self.fields[name].widget = forms.Select(choices=later(partial(self._members, key)))
        for name, field in self.fields.items():
            field.label = str(field.label).capitalize() if name != "measure" else field.label
        if "area" in self.fields:
            self.fields["area"].widget = forms.TextInput({"autocomplete": "off"})
            self.fields["area"].help_text = _(
                "Draw it on the map, or write longitude,latitude;longitude,latitude;…"
            )

    @staticmethod
    def _completed(data: Mapping[str, Any], table: Table, cube: Cube) -> dict[str, Any]:
        """The question with what it leaves out, so that the fields say what is shown."""
        usual = {"school_year": school_year_name(usual_year(table, cube))}
        if table.takes_thresholds:
            usual |= {name: f"{value:g}" for name, value in asdict(Thresholds()).items()}
        return usual | dict(data)

    def _years(self) -> Iterable[tuple[str, str]]:
        for year in reversed(known_years(self.cube)):
            yield school_year_name(year), school_year_name(year)

    def _members(self, key: str) -> Iterable[tuple[str, Any]]:
        arrays = arrays_of(self.cube)
        occurring = set(arrays.members[key])
        yield "", _("all")
        for member, label in arrays.labels_of(key).items():
            if member and member in occurring:
                yield member, Found(label, member) if key in TYPED else label

    @property
    def filters(self) -> list[Any]:
        """The fields that narrow the table to one member of a dimension."""
        return [self[snake(key)] for key in self.table.dimensions if key != YEAR]

    @property
    def thresholds(self) -> list[Any]:
        """The fields that set the thresholds, where the table has any."""
        return [self[name] for name in ("enough", "lonely", "unused") if name in self.fields]

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the table, so that its fields are shown."""
        return any(field.value() for field in self.filters)

    @property
    def crossing(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """The two lists of dimensions: (id, label, choices), the chosen ones marked."""
        text = self.data.get("by")
        by = self.table.usual if text is None else tuple(str(text).split(","))
        lists = []
        for n, label in enumerate((_("Rows"), _("Columns"))):
            now = by[n] if n < len(by) else ""
            choices = [("", str(_("none")), not now)]
            choices += [
                (key, str(DIMENSIONS[key].title).capitalize(), key == now)
                for key in self.table.dimensions
            ]
            lists.append((f"by-{n}", str(label), choices))
        return lists
