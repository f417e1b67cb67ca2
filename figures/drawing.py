"""Pictures as files: the same numbers as on the page, in our colours and faces, by matplotlib."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from figures.dimensions import DIMENSIONS, school_year_name
from figures.exports import label_of
from figures.measures import Measure
from figures.pictures import Bars, Choropleth, Dots, Heat, Multiples, pictures_of
from figures.results import Result
from geo.models import Municipality, Province

#: The light tokens of css/theme.css, which matplotlib cannot read.
INK, SOFT, LINE, ACCENT, PAPER = "#16201c", "#51605a", "#d5dcd8", "#0b6152", "#ffffff"
DATA, SECOND, LAND, HIDDEN = "#0072b2", "#e69f00", "#fbfcfb", "#d5dcd8"
BAND = {0: LAND, -1: HIDDEN, 1: "#ffffcc", 2: "#a1dab4", 3: "#41b6c4", 4: "#2c7fb8", 5: "#253494"}
#: Degrees are narrower than they are high, here in the middle of the region.
ASPECT = 1 / np.cos(np.radians(51.0))

FACES = {
    "text": ("vendor/font-text/files/source-sans-3-latin-wght-normal.woff2", 400),
    "bold": ("vendor/font-text/files/source-sans-3-latin-wght-normal.woff2", 600),
    "display": ("vendor/font-display/files/bricolage-grotesque-latin-wght-normal.woff2", 650),
}


@cache
def face(name: str) -> FontProperties:
    """One of our faces as a file that matplotlib reads: made once, of the site's variable font."""
    source, weight = FACES[name]
    folder = Path(settings.DATA_DIR) / "cache" / "faces"
    made = folder / f"{Path(source).stem}-{weight}.ttf"
    if not made.exists():
        folder.mkdir(parents=True, exist_ok=True)
        found = finders.find(source) or str(Path(settings.STATIC_ROOT) / source)
        font = TTFont(found)
        axes: dict[str, Any] = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        instantiateVariableFont(font, axes | {"wght": weight}, inplace=True)
        font.flavor = None
        # Beside the place first: who reads sees a whole file or none.
        beside = made.with_suffix(".part")
        font.save(beside)
        beside.replace(made)
    return FontProperties(fname=str(made))


def drawn(result: Result, measure: Measure, kind: str) -> bytes:
    """The pictures of a measure, below each other, as `png` or `svg`."""
    pictures = list(pictures_of(result, measure).values())
    # Text stays text in an SVG; a reader without our faces sees another one.
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "radar-duaal"}):
        heights = [_height(picture) for picture in pictures] or [0.6]
        figure = Figure(figsize=(8.0, sum(heights) + 1.3), facecolor=PAPER)
        parts = figure.subfigures(
            len(heights) + 2, 1, height_ratios=[0.75, *heights, 0.55], squeeze=False
        ).flatten()
        _title(parts[0], result, measure)
        for part, picture in zip(parts[1:], pictures, strict=False):
            _draw(part, picture)
        if not pictures:
            parts[1].text(0.02, 0.5, _("There is nothing to draw of one row."), color=SOFT)
        _foot(parts[-1], result)
        stream = io.BytesIO()
        if kind == "svg":
            FigureCanvasSVG(figure).print_svg(stream, metadata={"Date": None})
        else:
            FigureCanvasAgg(figure)
            figure.savefig(stream, format="png", dpi=160)
    return stream.getvalue()


def _height(picture: Any) -> float:
    match picture:
        case Bars():
            return max(1.2, 0.24 * len(picture.items) + 0.3)
        case Choropleth() | Dots():
            return 4.0
        case Multiples():
            return max(2.2, 1.35 * -(-len(picture.series) // 4))
        case Heat():
            return max(1.2, 0.26 * min(len(picture.rows), 60) + 1.1)
    return 1.0


def _title(part: Any, result: Result, measure: Measure) -> None:
    question = result.question
    by = " × ".join(str(dimension.title) for dimension in result.dimensions)
    details = [by] if by else []
    if question.school_year is not None:
        details.append(school_year_name(question.school_year))
    for key, member in question.crossing.where.items():
        details.append(f"{DIMENSIONS[key].title}: {label_of(result, key, member)}")
    title = f"{question.table.title}: {measure.title}"
    part.text(0.02, 0.62, title, color=INK, fontproperties=face("display"), size=15)
    part.text(0.02, 0.25, " · ".join(details), color=SOFT, fontproperties=face("text"), size=10)


def _foot(part: Any, result: Result) -> None:
    when = date_format(localtime(result.computed_at), "SHORT_DATETIME_FORMAT")
    text = _("Radar Duaal · counted on %(when)s · source: %(source)s") % {
        "when": when,
        "source": result.question.table.source,
    }
    part.text(0.02, 0.4, text, color=SOFT, fontproperties=face("text"), size=8)


def _draw(part: Any, picture: Any) -> None:
    match picture:
        case Bars():
            _bars(part.subplots(), picture)
        case Choropleth():
            _map(part.subplots(), picture)
        case Dots():
            _dots(part.subplots(), picture)
        case Multiples():
            _multiples(part, picture)
        case Heat():
            _heat(part.subplots(), picture)


def _bare(axes: Axes) -> None:
    axes.set_facecolor("none")
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)


def _bars(axes: Axes, picture: Bars) -> None:
    _bare(axes)
    axes.set_position((0.34, 0.06, 0.56, 0.9))
    places = np.arange(len(picture.items))
    axes.barh(places, [bar.value for bar in picture.items], color=DATA, height=0.66)
    for place, bar in zip(places.tolist(), picture.items, strict=True):
        axes.text(
            bar.value, place, f" {bar.text}", va="center_baseline", color=INK,
            fontproperties=face("text"),
            size=9,
        )  # fmt: skip
    labels = [bar.label if len(bar.label) < 42 else f"{bar.label[:40]}…" for bar in picture.items]
    axes.set_yticks(places, labels, fontproperties=face("text"), size=9, color=INK)
    axes.set_xticks([])
    axes.invert_yaxis()


def _outlines(level: str) -> list[tuple[str, Any]]:
    """Boundaries by code, of the provinces or of the municipalities of today."""
    if level == "province":
        provinces = Province.objects.filter(boundary__isnull=False)
        return list(provinces.values_list("code", "boundary"))
    towns = Municipality.objects.today().filter(boundary__isnull=False)
    return list(towns.values_list("nis_code", "boundary"))


def _map(axes: Axes, picture: Choropleth) -> None:
    _bare(axes)
    axes.set_position((0.02, 0.02, 0.96, 0.96))
    for code, boundary in _outlines(picture.level):
        _value, band, _text = picture.places.get(code, (None, 0, ""))
        for polygon in boundary.simplify(0.002, preserve_topology=True).coords:
            rings = polygon if isinstance(polygon[0][0], tuple) else (polygon,)
            outline = Outline.make_compound_path(*(Outline(np.array(ring)) for ring in rings))
            axes.add_patch(
                PathPatch(
                    outline,
                    facecolor=BAND[band],
                    edgecolor=SOFT,
                    linewidth=0.4,
                    hatch="////" if band == -1 else None,
                )
            )
    axes.autoscale_view()
    axes.set_aspect(ASPECT)
    axes.set_xticks([])
    axes.set_yticks([])
    _legend(axes, picture)


def _dots(axes: Axes, picture: Dots) -> None:
    _map(axes, Choropleth("province", {}, [], []))
    for n, colour in enumerate((DATA, SECOND)):
        most = picture.most[n] or 1
        axes.scatter(
            [dot.longitude for dot in picture.items],
            [dot.latitude for dot in picture.items],
            s=[260 * dot.values[n] / most for dot in picture.items],
            facecolor=colour,
            edgecolor=PAPER,
            linewidth=0.5,
            alpha=0.75,
        )
        axes.text(
            0.05, 0.93 - 0.06 * n, picture.titles[n], transform=axes.transAxes, color=INK, size=9,
            fontproperties=face("text"),
        )  # fmt: skip
        axes.add_patch(
            Rectangle(
                (0.01, 0.92 - 0.06 * n), 0.03, 0.04, transform=axes.transAxes, facecolor=colour
            )
        )


def _legend(axes: Axes, picture: Choropleth) -> None:
    entries = [
        (band, _("to %(n)s") % {"n": text})
        for band, text in zip(range(6 - len(picture.limits), 6), picture.limit_texts, strict=True)
    ]
    if any(band == -1 for _value, band, _text in picture.places.values()):
        entries.append((-1, _("not shown")))
    for n, (band, text) in enumerate(entries):
        y = 0.92 - 0.06 * n
        axes.add_patch(
            Rectangle(
                (0.01, y), 0.03, 0.04, transform=axes.transAxes, facecolor=BAND[band],
                edgecolor=SOFT, linewidth=0.5, hatch="////" if band == -1 else None,
            )
        )  # fmt: skip
        axes.text(
            0.05, y + 0.008, text, transform=axes.transAxes, color=INK, size=9,
            fontproperties=face("text"),
        )  # fmt: skip


def _multiples(part: Any, picture: Multiples) -> None:
    across = min(4, len(picture.series)) or 1
    down = -(-len(picture.series) // across) or 1
    grid = part.subplots(down, across, squeeze=False, gridspec_kw={"hspace": 0.75, "wspace": 0.15})
    part.subplots_adjust(left=0.03, right=0.97, top=0.9, bottom=0.08)
    places = np.arange(len(picture.years))
    for axes, line in zip(grid.flat, picture.series, strict=False):
        _bare(axes)
        values = [np.nan if value is None else value for value in line.values]
        axes.plot(places, values, color=DATA, linewidth=2)
        axes.fill_between(places, 0, values, color=DATA, alpha=0.12)
        axes.axhline(0, color=LINE, linewidth=1)
        axes.set_ylim(0, picture.most * 1.08 or 1)
        name = line.label if len(line.label) < 24 else f"{line.label[:22]}…"
        axes.set_title(
            f"{name}  {line.last}", loc="left", size=9, color=INK, fontproperties=face("bold")
        )
        axes.set_yticks([])
        ends = [0, len(picture.years) - 1] if len(picture.years) > 1 else [0]
        axes.set_xticks(
            ends, [picture.years[n][:4] for n in ends], size=8, color=SOFT,
            fontproperties=face("text"),
        )  # fmt: skip
    for axes in list(grid.flat)[len(picture.series) :]:
        axes.set_visible(False)


def _heat(axes: Axes, picture: Heat) -> None:
    _bare(axes)
    rows, columns = picture.rows[:60], picture.columns[:24]
    axes.set_position((0.3, 0.02, 0.68, 0.98 - 0.9 / _height(picture)))
    for y, line in enumerate(picture.cells[: len(rows)]):
        for x, shade in enumerate(line[: len(columns)]):
            axes.add_patch(
                Rectangle((x, y), 1, 1, facecolor=BAND[shade.band], edgecolor=PAPER, linewidth=1)
            )
            axes.text(
                x + 0.5, y + 0.5, shade.text, ha="center", va="center", size=7,
                color=PAPER if shade.band >= 4 else INK, fontproperties=face("text"),
            )  # fmt: skip
    axes.set_xlim(0, max(len(columns), 1))
    axes.set_ylim(max(len(rows), 1), 0)
    axes.xaxis.tick_top()
    axes.set_xticks(
        np.arange(len(columns)) + 0.5, [name[:24] for name in columns], rotation=35, ha="left",
        size=8, color=INK, fontproperties=face("text"),
    )  # fmt: skip
    axes.set_yticks(
        np.arange(len(rows)) + 0.5, [name[:38] for name in rows], size=8, color=INK,
        fontproperties=face("text"),
    )  # fmt: skip
