"""What if: no change is today, and a change is what the radar says of a region that has it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.region import Region
from matching.region_radar import campus_opportunities, region_opportunities
from matching.what_if import Step, changed, effects
from tests.matching.regions import CAMPUSES, PROGRAMMES, regions

STEPS = st.lists(
    st.builds(
        Step,
        campus=st.integers(10, 9 + CAMPUSES),
        programme=st.integers(80, 79 + PROGRAMMES),
        pupils=st.none() | st.integers(1, 9),
    ),
    max_size=4,
)


@given(regions())
def test_a_scenario_without_changes_equals_today(region: Region) -> None:
    assert effects(region, []) == []
    assert list(region_opportunities(changed(region, []))) == list(region_opportunities(region))


@given(regions())
def test_changing_to_what_is_changes_nothing(region: Region) -> None:
    rows = zip(region.campus, region.offered_programme, region.pupils, strict=True)
    steps = [
        Step(int(region.campus_ids[c]), int(region.programme_ids[p]), int(np.nan_to_num(pupils)))
        for c, p, pupils in rows
    ]
    assert all(effect.before == effect.after for effect in effects(region, steps))


@given(regions(), STEPS)
def test_after_is_the_radar_of_a_region_that_has_the_changes(
    region: Region, steps: list[Step]
) -> None:
    then = changed(region, steps)
    for effect in effects(region, steps):
        found = {item.programme: item for item in campus_opportunities(then, effect.campus)}
        expected = found.get(effect.programme)
        assert effect.after == expected


@given(regions(), STEPS)
def test_the_steps_hold_and_the_last_one_counts(region: Region, steps: list[Step]) -> None:
    table, then = changed(region, steps).pupil_table(), {(s.campus, s.programme): s for s in steps}
    for (campus, programme), step in then.items():
        assert table[campus - 10, programme - 80] == (step.pupils or 0)


@given(regions())
def test_a_new_rival_leaves_nobody_with_more_places_per_pupil(region: Region) -> None:
    # A group without pupils draws on nothing, so it has no places per pupil to lose.
    for effect in effects(region, [Step(10, 80, 6)]):
        drawing = effect.before and effect.before.offered and effect.before.pupils
        if not effect.is_own and drawing and effect.before and effect.after:
            assert effect.after.per_pupil_low <= effect.before.per_pupil_low + 1e-9
