"""Single sign-on against a real OpenID provider, which runs beside the test."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client
from post_office.models import Email

from accounts.addresses import confirm
from accounts.models import User
from companies.models import CompanyMembership, CompanyRole
from schools.models import SchoolMembership, SectorMembership
from tests.factories import (
    CompanyFactory,
    CompanyMembershipFactory,
    SchoolFactory,
    SchoolMembershipFactory,
    SectorFactory,
)

pytestmark = [
    pytest.mark.django_db,
    # Of a library of the provider's, which is none of the site's.
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]
COACH, BOSS = "RadarDuaal-trajectbegeleider", "RadarDuaal-bedrijfsbeheerder"
COLLEAGUE, CONSULTANT = "RadarDuaal-bedrijfsgebruiker", "RadarDuaal-sectorconsulent"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a provider that lets everybody in as whom they say they are."""
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def _configured(provider: str, settings: Any) -> None:
    cache.clear()
    settings.SINGLE_SIGN_ON_SECTORS = {"OVO001234": "bouw"}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "SCOPE": ["openid", "profile", "email"],
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": "ACM/IDM",
                    "client_id": "radar-duaal",
                    "secret": "geheim",
                    "settings": {"server_url": provider},
                }
            ],
        }
    }


def sign_on(
    client: Client, provider: str, sub: str = "p1", *, then: str = "", **claims: Any
) -> Any:
    """Log in through the provider, as a browser would; gives the answer of the callback."""
    known = {"email": f"{sub}@vlaanderen.example", "email_verified": True, **claims}
    requests.put(f"{provider}/users/{sub}", json=known, timeout=5).raise_for_status()
    start = client.post(f"/aanmelden/sso/login/?next={then}")
    assert start.status_code == 302
    asked = parse_qs(urlsplit(start["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    answer = requests.post(start["Location"], data={"sub": sub}, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def test_the_login_offers_it(client: Client) -> None:
    page = client.get("/aanmelden/?next=/profiel/").content.decode()
    assert "Aanmelden met ACM/IDM" in page
    assert re.search(r'action="/aanmelden/sso/login/\?[^"]*next=%2Fprofiel%2F', page)


def test_a_coordinator_comes_for_the_first_time(client: Client, provider: str) -> None:
    school = SchoolFactory(number="039107")
    response = sign_on(
        client,
        provider,
        then="/profiel/",
        given_name="An",
        family_name="Peeters",
        vo_orgcode="39107",
        radarduaal_rol_3d=[COACH],
        rrn="85073003328",
    )
    assert response["Location"] == "/profiel/"
    membership = SchoolMembership.objects.get()
    assert (membership.school, membership.by_single_sign_on) == (school, True)
    user = membership.user
    assert user.get_full_name() == "An Peeters"
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    # No national register number, whatever the provider says, and no token.
    assert "85073003328" not in str(SocialAccount.objects.values())
    assert not SocialToken.objects.exists()


def test_what_it_no_longer_says_ends_and_what_was_given_here_stays(
    client: Client, provider: str
) -> None:
    SchoolFactory(number="039107")
    sector = SectorFactory(slug="bouw")
    company = CompanyFactory()
    roles = [
        COACH,
        f"{CONSULTANT}:OVO001234",
        f"{BOSS}:{company.dotted_number},0999999922",
    ]
    sign_on(client, provider, vo_orgcode="039107", radarduaal_rol_3d=roles)
    user = User.objects.get()
    assert SectorMembership.objects.get().sector == sector
    assert CompanyMembership.objects.get().role == CompanyRole.OWNER
    local = SchoolMembershipFactory(user=user)
    sign_on(client, provider, vo_orgcode="039107", radarduaal_rol_3d=[f"{CONSULTANT}:OVO001234"])
    assert SchoolMembership.objects.get() == local
    assert SectorMembership.objects.exists()
    assert not CompanyMembership.objects.exists()


def test_the_last_owner_who_goes_is_followed_by_the_longest_member(
    client: Client, provider: str
) -> None:
    company = CompanyFactory()
    code = company.enterprise_number
    sign_on(client, provider, vo_orgcode=code, radarduaal_rol_3d=[BOSS])
    first, second = CompanyMembershipFactory.create_batch(2, company=company)
    sign_on(client, provider, vo_orgcode=code, radarduaal_rol_3d=[])
    for membership in (first, second):
        membership.refresh_from_db()
    assert (first.role, second.role) == (CompanyRole.OWNER, CompanyRole.MEMBER)


def test_a_first_user_owns_and_a_later_one_is_what_her_role_says(
    client: Client, provider: str
) -> None:
    company = CompanyFactory()
    for sub in ("p1", "p2"):
        sign_on(
            Client(),
            provider,
            sub,
            vo_orgcode=company.enterprise_number,
            radarduaal_rol_3d=[COLLEAGUE],
        )
    roles = CompanyMembership.objects.order_by("pk").values_list("role", flat=True)
    assert list(roles) == [CompanyRole.OWNER, CompanyRole.MEMBER]
    stopped = CompanyFactory(stopped=True)
    sign_on(client, provider, "p3", vo_orgcode=stopped.enterprise_number, radarduaal_rol_3d=[BOSS])
    assert CompanyMembership.objects.count() == 2


def test_an_account_that_is_there_is_the_same_person(client: Client, provider: str) -> None:
    user = User.objects.create_user("an@vlaanderen.example", "een-wachtwoord")
    confirm(user)
    sign_on(client, provider, email="an@vlaanderen.example")
    assert SocialAccount.objects.get().user == user


def test_an_address_that_nobody_confirmed_is_not_taken_over(client: Client, provider: str) -> None:
    user = User.objects.create_user("an@vlaanderen.example", "een-wachtwoord")
    confirm(user)
    sign_on(client, provider, email="an@vlaanderen.example", email_verified=False)
    assert not SocialAccount.objects.exists()
    assert client.get("/profiel/").status_code == 302


def test_without_an_address_one_is_asked(client: Client, provider: str) -> None:
    requests.put(f"{provider}/users/p9", json={}, timeout=5).raise_for_status()
    response = sign_on(client, provider, "p9", email=None, given_name="Jo")
    assert response["Location"] == "/aanmelden/eerste-keer/"
    page = client.get("/aanmelden/eerste-keer/").content.decode()
    assert 'value="Jo"' in page
    form = {"first_name": "Jo", "last_name": "Maes", "email": "jo@vlaanderen.example"}
    asked = client.post("/aanmelden/eerste-keer/", form)
    assert asked["Location"].startswith("/registreren/bevestigen/")


def test_who_came_by_it_gets_no_password_here(client: Client, provider: str) -> None:
    sign_on(client, provider)
    assert client.get("/profiel/wachtwoord/kiezen/").status_code == 403
    client.post("/afmelden/")
    client.post("/wachtwoord-vergeten/", {"email": "p1@vlaanderen.example"})
    assert not Email.objects.exists()


@pytest.mark.parametrize("asked_there", [True, False])
def test_the_second_factor_is_the_providers_or_ours(
    client: Client, provider: str, settings: Any, asked_there: bool
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    settings.SINGLE_SIGN_ON_HAS_SECOND_FACTOR = asked_there
    SectorFactory(slug="bouw")
    sign_on(client, provider, vo_orgcode="OVO001234", radarduaal_rol_3d=[CONSULTANT])
    assert client.get("/profiel/").status_code == (200 if asked_there else 302)


@pytest.mark.parametrize(
    "answer", ["?code=made-up&state=made-up", "?error=access_denied&state=x", ""]
)
def test_an_answer_that_is_none(client: Client, answer: str) -> None:
    client.post("/aanmelden/sso/login/")
    response = client.get(f"/aanmelden/sso/login/callback/{answer}", follow=True)
    assert response.status_code in {200, 401}
    assert "Terug naar aanmelden" in response.content.decode()
    assert not User.objects.exists()


def test_a_provider_that_is_down(client: Client, settings: Any) -> None:
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = "http://localhost:1"
    response = client.post("/aanmelden/sso/login/")
    assert response.status_code == 503
    assert "Terug naar aanmelden" in response.content.decode()
