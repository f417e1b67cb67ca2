"""Minutes estimated from the straight line, with published detour factors and speeds.

By bicycle: straight line x 1.3 at 16 km/h. 16 km/h is an ordinary bicycle according to the Dutch
knowledge centre Fietsberaad ("Het bereik van een fiets"). 1.3 is how much longer a road is than the
straight line (S. Wang, H. Bette, M. Schreckenberg and T. Guhr, "How much longer do you have to
drive than the crow has to fly?", arXiv:2406.06490, 2024); the guideline for cycling networks asks
for at most 1.2 (CROW), and cyclists in the Swiss microcensus of 2015 told of 1.45.

By public transport: straight line x 1.21, then 20 minutes on foot and waiting and 1.2 minutes a
kilometre (50 km/h). By car: straight line x 1.34, then 6 minutes and 1 minute a kilometre.
The factors are medians for 10 to 25 km in the Swiss mobility microcensus of 2015 (A. Danalet, ARE,
"Detour factors from the Mobility and Transport Microcensus"; method of V. S. Chalasani et al.,
"Precision of geocoded locations and network distance estimates", Journal of Transportation and
Statistics 8 (2005) no. 2). The minutes are the lines through the mean trips of Statistics
Netherlands (CBS): bus, tram and metro 15 km in 38 minutes and up to 5 km in 23, train 44 km in 73;
a car's driver 16 km in 21 minutes and up to 5 km in 9 (StatLine 37980NED, 2002/2003, and
"Automobilist het snelst op plaats van bestemming", 2013). Waiting is part of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext_lazy as _

from geo.reach.provider import Answer, Floats, Mode, Provider, Source
from geo.reach.straight_line import straight_metres

#: A bound that is computed back from minutes keeps what lies on it.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Pace:
    """The way is `detour` times the straight line; it takes `start` minutes and then `kmh`."""

    detour: float
    kmh: float
    start: float = 0.0

    def minutes(self, metres: Floats) -> Floats:
        """Minutes for distances in a straight line; none for going nowhere."""
        way = metres * self.detour / 1000
        return np.where(metres > 0, self.start + way / self.kmh * 60, 0.0)

    def metres(self, minutes: float) -> float:
        """The straight line that takes so many minutes."""
        return max(minutes - self.start, 0.0) / 60 * self.kmh * 1000 / self.detour


PACES = {
    Mode.CYCLING: Pace(detour=1.3, kmh=16),
    Mode.TRANSIT: Pace(detour=1.21, kmh=50, start=20),
    Mode.CAR: Pace(detour=1.34, kmh=60, start=6),
}


#: The figures behind an estimate in a line, for the screen.
BASIS = {
    Mode.CYCLING: _("straight line x 1.3 at 16 km/h (Fietsberaad; Wang et al., 2024)"),
    Mode.TRANSIT: _(
        "straight line x 1.21, 20 minutes and 50 km/h (CBS, 2003; Swiss microcensus, 2015)"
    ),
    Mode.CAR: _("straight line x 1.34, 6 minutes and 60 km/h (CBS, 2003; Swiss microcensus, 2015)"),
}


class Estimate(Provider):
    """Always has an answer; it is named as an estimate wherever it is shown."""

    source = Source.ESTIMATE

    def ask(self, origins: Floats, destinations: Floats, mode: Mode) -> Answer:
        minutes = PACES[mode].minutes(straight_metres(origins, destinations))
        return Answer(minutes, np.ones(minutes.shape, dtype=bool))

    def farthest(self, mode: Mode, minutes: float) -> float:
        return PACES[mode].metres(minutes) * (1 + ROUNDING)
