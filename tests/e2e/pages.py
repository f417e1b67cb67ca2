"""Every page of the site, by who opens it: the axe tests go through them all.

An address names a record of the demo region in braces; `RECORDS` says how to find it, or makes it
where the region has none. The Dutch address stands for the English one too: both are one template.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db.models import QuerySet
from django.utils import timezone

from accounts.addresses import confirm
from accounts.models import User
from companies.answer_links import renew, token_of
from companies.approaching import approachable
from companies.models import Agreement, Approach, Company, Mentor, Recognition
from companies.portal.claiming import addresses, claim_by_code
from companies.portal.claims import Claim
from companies.portal.invitations import LIFE, Invitation, InvitedBy, fingerprint
from companies.portal.places.asking import link_of
from companies.portal.requests.models import RecognitionRequest
from figures.forum.requests import requests_for
from fixtures.demo.credentials import (
    ADMINISTRATOR,
    CLAIMANT,
    COMPANY,
    COMPANY_MEMBER,
    CONSULTANT,
    COORDINATOR,
)
from imports.models import ImportRun, RunStatus
from matching.allocation_jobs import carry_out, new_job, owner_key
from matching.proposals import Pupil
from matching.scenarios import Scenario
from placement import saved_searches
from placement.models import Dossier, MessageTemplate, PupilRequest, SavedSearch, Shortlist
from schools.models import Campus, Programme, SchoolYear

MATCHES = "/leerwerkplekken/?campus=039107-1&programme=88&radius=60"

#: Addresses by who opens them; "" is a visitor. What stands after a space is
#: the answer's status where it is not 200.
PAGES: dict[str, str] = {
    "": """
        /
        /aanmelden/
        /aanmelden/geannuleerd/
        /registreren/
        /wachtwoord-vergeten/
        /wachtwoord-vergeten/verstuurd/
        /wachtwoord-vergeten/klaar/
        /wachtwoord-vergeten/{reset_key}/
        /profiel/geblokkeerd/
        /privacy/
        /ondernemingen/
        /ondernemingen/?q=bouw
        /ondernemingen/?q=bestaatniet
        /plaatsen-bevestigen/{confirm_link}/
        /plaatsen-bevestigen/verlopen/ 410
        /antwoord/{answer_token}/
        /antwoord/verlopen/ 404
        /antwoord/bedankt/
        /leerwerkplekken/bewaard/afmelden/{unsubscribe_token}/
        /cijfers/
        /cijfers/aanbod/?by=municipality&measure=pupils
        /cijfers/aanbod/?by=province&by=sector&measure=offerings
        /cijfers/aanbod/?by=schoolYear&by=sector
        /cijfers/aanbod/?by=kleur 400
        /cijfers/niet-aangeboden/
        /cijfers/volgend-schooljaar/
        /cijfers/vraag-en-aanbod/
        /cijfers/vraag-en-aanbod/?area=4.2,50.8;4.6,50.8;4.6,51.1;4.2,51.1
        /cijfers/gebruik/
        /cijfers/witte-vlekken/
        /bestaat-niet/ 404
    """,
    COORDINATOR: f"""
        /
        /profiel/
        /profiel/e-mailadres/
        /profiel/tweede-stap/
        /profiel/tweede-stap/aanzetten/
        /profiel/eenmalige-aanmelding/
        /profiel/wachtwoord/
        /privacy/
        /privacy/account-verwijderen/
        /leerwerkplekken/
        {MATCHES}&municipality=00000
        {MATCHES}&free=on&answer=never
        {MATCHES.replace("/?", "/bewaren/?")}
        /leerwerkplekken/bewaard/
        /leerwerkplekken/bewaard/{{saved_search}}/verwijderen/
        /leerwerkplekken/aflopend/
        /leerwerkplekken/vestigingen/{{unit}}/
        /leerwerkplekken/vestigingen/{{unit}}/fout-melden/
        /foutmeldingen/
        /shortlists/
        /shortlists/{{shortlist}}/
        /shortlists/{{shortlist}}/verwijderen/
        /contactnames/
        /contactnames/lijst/
        /contactnames/nieuw/?campus=039107-1&programme=88&establishment={{approachable}}
        /contactnames/sjablonen/
        /contactnames/sjablonen/039107/nieuw/
        /contactnames/sjablonen/{{template}}/
        /contactnames/sjablonen/{{template}}/verwijderen/
        /contactnames/instellingen/039107/
        /contactnames/{{approach}}/
        /contactnames/{{interview}}/
        /contactnames/{{interview}}/overeenkomst/
        /overeenkomsten/
        /overeenkomsten/{{agreement}}/
        /overeenkomsten/{{agreement}}/wijzigen/
        /leerlingen/
        /leerlingen/?status=open&q=niemand
        /leerlingen/nieuw/
        /leerlingen/{{pupil}}/
        /leerlingen/lijst/
        /lesdagen/039107-1/
        /radar/
        /radar/?campus=039107-1
        /radar/88/?campus=039107-1
        /toewijzing/
        /toewijzing/{{allocation}}/
        /wat-als/
        /wat-als/{{scenario}}/
        /wat-als/{{scenario}}/verwijderen/
        /wat-als/vergelijken/?a={{scenario}}&b={{scenario}}
        /wat-als/gedeeld/{{shared_scenario}}/
        /programmatie/
        /programmatie/{{draft_dossier}}/
        /programmatie/{{draft_dossier}}/indienen/
        /programmatie/{{draft_dossier}}/intrekken/
        /forum/
        /forum/{{province}}/
        /forum/{{province}}/{{forum_request}}/
        /cijfers/aanbod/achter/?programme=88
        /erkenningen/
        /erkenningen/aanvragen/
        /erkenningen/aanvragen/?q=bouw
        /uitnodiging/{{invitation_link}}/
        /ondernemingen/{{unclaimed}}/
        /onderneming/plaatsen/ 404
    """,
    COMPANY: """
        /
        /onderneming/gebruikers/
        /onderneming/gebruikers/verlaten/
        /onderneming/gebruikers/{member}/verwijderen/
        /onderneming/plaatsen/
        /onderneming/vestigingen/
        /onderneming/vestigingen/{own_unit}/
        /onderneming/mentoren/
        /onderneming/mentoren/nieuw/
        /onderneming/mentoren/{mentor}/
        /onderneming/mentoren/{mentor}/verwijderen/
        /onderneming/scholen/
        /onderneming/scholen/{near_recognition}/039107-1/
        /erkenningen/
        /erkenningen/aanvragen/
        /erkenningen/aanvraag/{draft}/opleiding/
        /erkenningen/aanvraag/{draft}/mentoren/
        /erkenningen/aanvraag/{draft}/zelfscan/
        /erkenningen/aanvraag/{draft}/documenten/
        /erkenningen/aanvraag/{draft}/overzicht/
        /erkenningen/aanvraag/{draft}/weggooien/
        /erkenningen/{recognition}/
        /erkenningen/{asked}/
        /erkenningen/{incomplete}/
        /leerwerkplekken/vestigingen/{own_unit}/
        /foutmeldingen/
    """,
    COMPANY_MEMBER: """
        /profiel/tweede-stap/?factor={second_factor}
        /profiel/tweede-stap/bevestigen/
        /profiel/tweede-stap/uitzetten/
        /profiel/herstelcodes/
        /profiel/herstelcodes/nieuwe/
        /profiel/bevestigen/
    """,
    CLAIMANT: """
        /
        /ondernemingen/{unclaimed}/
        /ondernemingen/{claimed}/
        /ondernemingen/aanvragen/{claim}/
        /ondernemingen/aanvragen/{claim_by_code}/
        /erkenningen/aanvragen/
    """,
    CONSULTANT: """
        /
        /beoordeling/
        /beoordeling/?toon=beroep
        /beoordeling/dashboard/
        /beoordeling/witte-vlekken/
        /beoordeling/{to_review}/
        /beoordeling/{reviewed}/
        /beoordeling/onderneming/{reviewed_company}/
        /beoordeling/onderneming/{reviewed_company}/uitsluiten/
        /ondernemingen/aanvragen/
        /ondernemingen/aanvragen/{claim}/beslissen/
        /programmatie/
        /programmatie/{submitted_dossier}/
        /forum/{province}/
        /forum/{province}/{forum_request}/
        /foutmeldingen/
    """,
    ADMINISTRATOR: """
        /
        /import/
        /import/recognitions/
        /import/{import_run}/
        /datakwaliteit/
        /datakwaliteit/dubbele-vestigingen/
        /datakwaliteit/overdragen/
        /programmatie/{submitted_dossier}/
        /forum/{province}/
        /beoordeling/
    """,
}

#: Addresses that show no page of their own to anybody who opens them, and why.
NO_PAGES = {
    "health": "a word for a machine",
    "kaart/grenzen.geojson": "a file",
    "privacy/mijn-gegevens.json": "a file",
    "profiel/herstelcodes/downloaden/": "a file",
    "regio.gpkg": "a file",
    "programmatie/<int:pk>/dossier.pdf": "a file",
    "erkenningen/documenten/<uuid:key>/": "a file",
    "leerlingen/lijst/sjabloon.xlsx": "a file",
    "import/<int:pk>/afgewezen.csv": "a file",
    "import/<slug:kind>/sjabloon.xlsx": "a file",
    "opleidingen/zoeken/": "suggestions in a list, opened by test_search.py",
    "aanmelden/<str:provider_id>/login/": "leads to the provider",
    "aanmelden/<str:provider_id>/login/callback/": "leads on from the provider",
    "aanmelden/mislukt/": "only after a provider's refusal",
    "aanmelden/eerste-keer/": "only after a first login at a provider",
    "aanmelden/tweede-stap/": "only after a password: test_accessibility.py logs in for it",
    "registreren/bevestigen/": "only after registering: test_company.py does",
    "profiel/wachtwoord/kiezen/": "only without a password, after a login at a provider",
    "erkenningen/aanvraag/<int:pk>/": "leads to the step at hand",
    "beoordeling/samen/<slug:slug>/": "shown for ticked requests: test_recognition.py ticks some",
}


def _user(email: str) -> User:
    return User.objects.get(email=email)


def _campus() -> Campus:
    return Campus.objects.keyed("039107-1")


def _first(records: QuerySet[Any], field: str = "pk") -> str:
    """A field of the first record, by its key."""
    return str(records.order_by("pk").values_list(field, flat=True)[0])


def _reset_key() -> str:
    """Of somebody who logs in nowhere else: a login ends the key."""
    user = User.objects.create_user("vergeten@radar.example", secrets.token_urlsafe())
    confirm(user)
    return f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"


def _answer_token() -> str:
    """Of the first that can be answered, with a key of its own."""
    approach = Approach.objects.answerable().order_by("pk")[0]
    renew(approach)
    approach.save()
    return token_of(approach)


def _saved_search() -> str:
    saved = SavedSearch.objects.create(
        user=_user(COORDINATOR), name="Rond de campus", query=MATCHES.partition("?")[2]
    )
    return str(saved.pk)


def _unit() -> str:
    """An establishment with recognitions for the demo school's programme."""
    return _first(
        Recognition.objects.usable_in(SchoolYear.objects.current(), timezone.localdate()).filter(
            programme__number=88
        ),
        "establishment__unit_number",
    )


def _approachable() -> str:
    return _first(approachable(Programme.objects.get(number=88), timezone.localdate()))


def _allocation() -> str:
    user, campus = _user(COORDINATOR), _campus()
    programme = Programme.objects.get(number=88)
    pupils = [Pupil(campus, f"L-{n}", programme, metres) for n, metres in ((1, 60e3), (2, 200.0))]
    job = new_job(owner_key(user), pupils, SchoolYear.objects.current(), "best")
    carry_out(job.pk)
    return str(job.pk)


def _scenario(**fields: str) -> Scenario:
    return Scenario.objects.create(
        owner=_user(COORDINATOR),
        name="Meer elektriciens",
        school_year=SchoolYear.objects.current(),
        **fields,
    )


def _own_company() -> Company:
    return _user(COMPANY).companymemberships.order_by("pk")[0].company


def _unclaimed(nth: int) -> Company:
    """A company that nobody manages, with an address on file."""
    free = Company.objects.active().filter(memberships=None, claims=None).exclude(email="")
    return free.order_by("enterprise_number")[nth]


def _invitation_link() -> str:
    secret, now = secrets.token_urlsafe(32), timezone.now()
    Invitation.objects.create(
        company=_own_company(),
        email=COORDINATOR,
        role="member",
        capacity=InvitedBy.COMPANY,
        invited_by=_user(COMPANY),
        link_hash=fingerprint(secret),
        sent_at=now,
        expires_at=now + LIFE,
    )
    return secret


def _claim_by_code() -> str:
    company = _unclaimed(3)
    return str(claim_by_code(company, _user(CLAIMANT), next(iter(addresses(company)))).pk)


def _second_factor() -> str:
    """Switch on the second step of the member, as a person does with her telephone."""
    user = _user(COMPANY_MEMBER)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return "app"


def _of_company(**fields: Any) -> QuerySet[Recognition]:
    return Recognition.objects.filter(establishment__company=_own_company(), **fields)


def _to_review() -> QuerySet[Recognition]:
    return Recognition.objects.decided_by(_user(CONSULTANT)).waiting()


def _asked_in_the_province() -> QuerySet[Any]:
    this = SchoolYear.objects.current()
    next_year = SchoolYear.objects.starting_in(this.starts_in + 1)
    return requests_for(next_year).filter(campus__municipality__province__code=_province())


def _province() -> str:
    return str(_campus().municipality.province.code)


#: How a record of an address is found or made.
RECORDS: dict[str, Callable[[], str]] = {
    "reset_key": _reset_key,
    "confirm_link": lambda: link_of(_own_company()),
    "answer_token": _answer_token,
    "unsubscribe_token": lambda: saved_searches.token_of(_user(COORDINATOR)),
    "saved_search": _saved_search,
    "unit": _unit,
    "shortlist": lambda: _first(Shortlist.objects.filter(campus=_campus())),
    "approachable": _approachable,
    "template": lambda: _first(MessageTemplate.objects.filter(school__number="039107")),
    "approach": lambda: _first(Approach.objects.filter(campus=_campus(), status="sent")),
    "interview": lambda: _first(Approach.objects.filter(campus=_campus(), status="interview")),
    "agreement": lambda: _first(Agreement.objects.filter(campus=_campus(), status="running")),
    "pupil": lambda: _first(PupilRequest.objects.filter(campus=_campus())),
    "allocation": _allocation,
    "scenario": lambda: str(_scenario().pk),
    "shared_scenario": lambda: str(_scenario(link=secrets.token_urlsafe(32)).link),
    "draft_dossier": lambda: _first(Dossier.objects.filter(campus=_campus(), submitted_on=None)),
    "submitted_dossier": lambda: _first(Dossier.objects.for_sectors_of(_user(CONSULTANT))),
    "province": _province,
    "forum_request": lambda: _first(_asked_in_the_province()),
    "invitation_link": _invitation_link,
    "unclaimed": lambda: _unclaimed(0).enterprise_number,
    "claimed": lambda: _own_company().enterprise_number,
    "member": lambda: _first(_user(COMPANY_MEMBER).companymemberships.all()),
    "mentor": lambda: _first(Mentor.objects.filter(establishment__company=_own_company())),
    "near_recognition": lambda: _first(_of_company(programme__number=88)),
    "draft": lambda: _first(RecognitionRequest.objects.of(_user(COMPANY)).drafts()),
    "recognition": lambda: _first(_of_company(status="recognised")),
    "asked": lambda: _first(_of_company(status="requested")),
    "incomplete": lambda: _first(_of_company(status="incomplete")),
    "own_unit": lambda: _first(_of_company(), "establishment__unit_number"),
    "claim": lambda: _first(Claim.objects.filter(user__email=CLAIMANT, proof="consultant")),
    "claim_by_code": _claim_by_code,
    "second_factor": _second_factor,
    "to_review": lambda: _first(_to_review()),
    "reviewed": lambda: _first(
        Recognition.objects.decided_by(_user(CONSULTANT)).filter(status="recognised")
    ),
    "reviewed_company": lambda: _first(_to_review(), "establishment__company__enterprise_number"),
    "import_run": lambda: str(
        ImportRun.objects.create(
            kind="recognitions", status=RunStatus.REFUSED, started_by=_user(ADMINISTRATOR)
        ).pk
    ),
}


@dataclass(frozen=True)
class Shown:
    """A page as somebody opens it, with the answer's status."""

    user: str
    address: str
    status: int = 200

    def __str__(self) -> str:
        return f"{self.user.partition('@')[0] or 'visitor'} {self.address}"

    @property
    def exists(self) -> bool:
        """Whether it is a page of its own, and not one that says why there is none."""
        return self.status < 400

    def path(self, records: Mapping[str, str] | None = None) -> str:
        """The address with its records filled in; without them, with a stand-in."""

        def fill(match: re.Match[str]) -> str:
            if records is None:
                return STAND_INS.get(match[1], "1")
            return records[match[1]]

        return re.sub(r"{(\w+)}", fill, self.address)


#: What stands for a record where the address is only looked up.
STAND_INS = {
    "reset_key": "a-b",
    "allocation": "00000000-0000-4000-8000-000000000000",
    "unclaimed": "0123456749",
    "claimed": "0123456749",
}


def pages() -> Iterator[Shown]:
    """Every line of `PAGES`."""
    for user, lines in PAGES.items():
        for line in lines.split("\n"):
            if line.strip():
                address, _space, status = line.strip().partition(" ")
                yield Shown(user, address, int(status or 200))


def find_records() -> dict[str, str]:
    """Every record by its name. Raises what a record of the region that is missing raises."""
    return {name: find() for name, find in RECORDS.items()}
