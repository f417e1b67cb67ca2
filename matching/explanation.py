"""Why a pair stands where it stands, in words."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from geo.reach import Trip
from matching.pairs import Pair
from matching.policy import Component


def sentence(pair: Pair) -> str:
    """The rank of a pair in two or three short sentences, in the active language."""
    parts = [
        _distance(pair),
        *([travel_sentence(pair.trip)] if pair.trip else []),
        _places(pair),
    ]
    if pair.unconfirmed and pair.workplace and pair.workplace.confirmed_on:
        parts.append(
            _("The places were last confirmed on %(day)s, more than a year ago.")
            % {"day": f"{pair.workplace.confirmed_on:%d-%m-%Y}"}
        )
    if pair.lapses_during_year:
        parts.append(
            _("The recognition ends on %(day)s, during the school year.")
            % {"day": f"{pair.recognition.valid_until:%d-%m-%Y}"}
        )
    parts.append(_("Weighs most: %(component)s.") % {"component": component_label(strongest(pair))})
    return " ".join(parts)


def _distance(pair: Pair) -> str:
    if pair.between is None:
        text = _("%(km)s km away in a straight line.")
        return text % {"km": number_format(pair.distance / 1000, decimal_pos=1)}
    low, high = (round(metres / 1000) for metres in pair.between)
    text = _("%(low)s to %(high)s km away in a straight line: its location is approximate.")
    return text % {"low": low, "high": high}


def travel_sentence(trip: Trip) -> str:
    """How long the way is, and who says so."""
    words = {"mode": trip.mode.label, "source": trip.source.label}
    if trip.minutes is None:
        return _("Not to be reached %(mode)s (%(source)s).") % words
    n = round(trip.minutes)
    text = ngettext(
        "%(n)s minute %(mode)s (%(source)s).", "%(n)s minutes %(mode)s (%(source)s).", n
    )
    return text % (words | {"n": n})


def _places(pair: Pair) -> str:
    free = pair.workplace.places_free if pair.workplace else None
    if free is None:
        return _("The number of places is unknown.")
    if free == 0:
        return _("All places are taken.")
    return ngettext("%(n)s free place.", "%(n)s free places.", free) % {"n": free}


def strongest(pair: Pair) -> Component:
    """The component that adds most to the score."""
    return max(pair.components, key=lambda term: term.value * term.weight).name


def component_label(component: Component) -> str:
    """What a component is called on screen."""
    return {
        Component.PROXIMITY: _("proximity"),
        Component.PLACES: _("free places"),
        Component.VALIDITY: _("validity through the school year"),
        Component.ACTIVITY: _("answers and agreements of the company"),
        Component.COMPETITION: _("few other campuses nearby"),
    }[component]


def contributions(pair: Pair) -> dict[Component, float]:
    """What each component adds to the score; together they are the score."""
    total = sum(term.weight for term in pair.components)
    return {term.name: term.value * term.weight / total for term in pair.components}


def difference(above: Pair, below: Pair) -> dict[Component, float]:
    """How much more (or less) each component gives `above` than `below`: why A is above B."""
    lower = contributions(below)
    return {name: value - lower[name] for name, value in contributions(above).items()}
