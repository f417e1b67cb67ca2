"""Single sign-on: what the provider says of a person, and for which organisations it lets her act.

The claims are those of the Flemish government's ACM/IDM, whose integration guide describes them
(authenticatie.vlaanderen.be, "Scopes & claims" and "Doelgroepen & organisaties"): one claim names
the organisation that somebody chose to act for (an enterprise number, an institution number, an
OVO code), one lists her roles in this application, each alone or followed by the organisations
that it is for, as in `Role:0566988259,0400000089`. Which claim and which role is which, settings
say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User

#: What we keep of what the provider says; above all no national register number.
KEPT_CLAIMS = ("sub", "email", "email_verified", "given_name", "family_name")


class SignOnRole(StrEnum):
    """What a role claim can make of somebody."""

    COORDINATOR = "coordinator"
    COMPANY_OWNER = "company_owner"
    COMPANY_MEMBER = "company_member"
    CONSULTANT = "consultant"


@dataclass(frozen=True, order=True)
class Grant:
    """A role for an organisation, by the code that the provider knows it under."""

    role: SignOnRole
    code: str


@dataclass(frozen=True)
class ClaimRules:
    """Which claims to read, and what each role of the provider is with us."""

    organisation_claim: str
    roles_claim: str
    roles: Mapping[str, str]

    @classmethod
    def from_settings(cls) -> ClaimRules:
        return cls(
            settings.SINGLE_SIGN_ON_ORGANISATION_CLAIM,
            settings.SINGLE_SIGN_ON_ROLES_CLAIM,
            settings.SINGLE_SIGN_ON_ROLES,
        )


def grants(claims: Mapping[str, Any], rules: ClaimRules) -> set[Grant]:
    """What the claims let somebody do. A role that we do not know, and a role for no organisation,
    gives nothing; so does a claim of another shape than expected.
    """
    known = {name.casefold(): SignOnRole(role) for name, role in rules.roles.items()}
    chosen = codes(_texts(claims.get(rules.organisation_claim)))
    found = set()
    for entry in _texts(claims.get(rules.roles_claim)):
        name, _, organisations = entry.partition(":")
        role = known.get(name.strip().casefold())
        if role:
            for code in codes(organisations.split(",")) or chosen:
                found.add(Grant(role, code))
    return found


def codes(texts: Iterable[str]) -> list[str]:
    """Organisation codes as we write them: no dots, no spaces, capitals, nothing empty."""
    clean = (re.sub(r"[\s.]", "", text).upper() for text in texts)
    return [code for code in clean if code]


def _texts(value: Any) -> list[str]:
    """A claim as texts, whether it came as one or as a list."""
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def claims_of(login: SocialLogin) -> dict[str, Any]:
    """What the provider said at a login, in the ID token and on its userinfo page together."""
    data: dict[str, Any] = login.account.extra_data
    return {**data.get("id_token", {}), **data.get("userinfo", {})}


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Keeps of the provider's answer what is needed, before anything of it is stored."""

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        rules = ClaimRules.from_settings()
        wanted = {*KEPT_CLAIMS, rules.organisation_claim, rules.roles_claim}
        kept = {name: value for name, value in claims_of(sociallogin).items() if name in wanted}
        sociallogin.account.extra_data = {"userinfo": kept}
        user: User = super().populate_user(request, sociallogin, data)
        return user


def names(claims: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields of a user that the provider knows better than we do."""
    for field, claim in (("first_name", "given_name"), ("last_name", "family_name")):
        if isinstance(value := claims.get(claim), str) and value:
            yield field, value[:150]
