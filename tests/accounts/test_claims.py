"""What claims of single sign-on let somebody do: the mapping, written once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.single_sign_on import ClaimRules, Grant, SignOnRole, grants

RULES = ClaimRules(
    "vo_orgcode",
    "radarduaal_rol_3d",
    {
        "RadarDuaal-trajectbegeleider": "coordinator",
        "RadarDuaal-bedrijfsbeheerder": "company_owner",
        "RadarDuaal-sectorconsulent": "consultant",
    },
)
COACH, BOSS = "RadarDuaal-trajectbegeleider", "RadarDuaal-bedrijfsbeheerder"


@pytest.mark.parametrize(
    ("organisation", "roles", "expected"),
    [
        # The chosen organisation, and a role for it.
        ("039107", [COACH], {(SignOnRole.COORDINATOR, "039107")}),
        ("039107", COACH, {(SignOnRole.COORDINATOR, "039107")}),
        ("039107", [COACH.lower()], {(SignOnRole.COORDINATOR, "039107")}),
        # A role that names its organisations holds for those, whichever was chosen.
        ("0400000089", [f"{BOSS}:0566988259"], {(SignOnRole.COMPANY_OWNER, "0566988259")}),
        (
            None,
            [f"{BOSS}: 0566.988.259, 0400000089"],
            {
                (SignOnRole.COMPANY_OWNER, "0566988259"),
                (SignOnRole.COMPANY_OWNER, "0400000089"),
            },
        ),
        (
            "ovo001234",
            ["RadarDuaal-sectorconsulent", f"{COACH}:039107"],
            {(SignOnRole.CONSULTANT, "OVO001234"), (SignOnRole.COORDINATOR, "039107")},
        ),
        # Nothing for nobody, for an unknown role, and for claims of another shape.
        (None, [COACH], set()),
        ("", [COACH], set()),
        ("039107", [], set()),
        ("039107", None, set()),
        ("039107", ["Beheerder", "administrator"], set()),
        ("039107", [{"rol": COACH}, 7], set()),
        (["039107"], 7, set()),
    ],
)
def test_claims_become_grants(organisation: Any, roles: Any, expected: set[Any]) -> None:
    claims = {"vo_orgcode": organisation, "radarduaal_rol_3d": roles}
    assert grants(claims, RULES) == {Grant(role, code) for role, code in expected}


def test_no_claims_give_nothing() -> None:
    assert grants({}, RULES) == set()


@given(
    st.dictionaries(
        st.sampled_from(["vo_orgcode", "radarduaal_rol_3d", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
def test_whatever_a_provider_says_breaks_nothing_and_grants_no_more_than_it_names(
    claims: dict[str, Any],
) -> None:
    for grant in grants(claims, RULES):
        assert grant.code
        assert any(name in str(claims["radarduaal_rol_3d"]) for name in RULES.roles)
