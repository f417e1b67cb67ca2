"""The people who ask, and the records that they ask for.

Two schools, two companies, two sectors: the first of each is "own", the second "other". A record in
an address, `{scenario}`, is a line of `RECORDS`: it is made when a row names it, and belongs to the
first of its kind unless its name says otherwise.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from accounts.models import User
from companies.portal.invitations import fingerprint
from companies.portal.requests.models import RecognitionRequest
from imports.models import ImportRun, RunStatus
from matching.scenarios import Scenario
from schools.models import SchoolYear
from tests.api.clients import Caller
from tests.factories import (
    AgreementFactory,
    ApproachFactory,
    CampusFactory,
    ClaimFactory,
    CompanyFactory,
    CompanyMembershipFactory,
    DossierFactory,
    ErrorReportFactory,
    EstablishmentFactory,
    ExclusionFactory,
    InvitationFactory,
    MentorFactory,
    MessageTemplateFactory,
    OfferingFactory,
    ProgrammeFactory,
    PupilRequestFactory,
    RecognitionFactory,
    SavedSearchFactory,
    SchoolClosureFactory,
    SchoolFactory,
    SchoolMembershipFactory,
    SectorFactory,
    SectorMembershipFactory,
    ShortlistEntryFactory,
    ShortlistFactory,
    UserFactory,
    WorkplaceFactory,
)


@dataclass
class World:
    """A region with one of everything, made piece by piece."""

    made: dict[str, Any] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """The record of this name; made when it is asked for first."""
        if name not in self.made:
            self.made[name] = RECORDS[name](self)
        return self.made[name]

    def client(self, role: str) -> Client:
        """A browser of somebody in this role, or an API client with every scope; made once."""
        if role not in self.clients:
            self.clients[role] = Caller() if role == "client" else Client()
            if role not in {"anonymous", "client"}:
                self.clients[role].force_login(self[role])
        return self.clients[role]


def _member(world: World, name: str, role: str) -> User:
    return CompanyMembershipFactory(company=world[name], role=role).user


def _scenario(world: World) -> Scenario:
    return Scenario.objects.create(
        owner=world["coordinator"], name="Wat als", school_year=SchoolYear.objects.current()
    )


def _shared_scenario(world: World) -> str:
    scenario = Scenario.objects.create(
        owner=world["coordinator2"],
        name="Gedeeld",
        school_year=SchoolYear.objects.current(),
        link=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="),
    )
    return str(scenario.link)


def _invitation_link(world: World) -> str:
    InvitationFactory(company=world["company2"], link_hash=fingerprint("een-link"))
    return "een-link"


def _import_run(world: World) -> ImportRun:
    return ImportRun.objects.create(
        kind="recognitions", status=RunStatus.REFUSED, started_by=world["administrator"]
    )


#: How each record is made, by the name that it has in the tables.
RECORDS: dict[str, Callable[[World], Any]] = {
    # Organisations
    "school": lambda w: SchoolFactory(),
    "school2": lambda w: SchoolFactory(),
    "campus": lambda w: CampusFactory(school=w["school"]),
    "sector": lambda w: SectorFactory(),
    "sector2": lambda w: SectorFactory(),
    "company": lambda w: CompanyFactory(sector=w["sector"], email="info@eigen.example"),
    "company2": lambda w: CompanyFactory(sector=w["sector2"]),
    "unclaimed": lambda w: CompanyFactory(sector=w["sector"], email="info@vrij.example"),
    # People
    "user": lambda w: UserFactory(),
    "coordinator": lambda w: SchoolMembershipFactory(school=w["school"]).user,
    "coordinator2": lambda w: SchoolMembershipFactory(school=w["school2"]).user,
    "owner": lambda w: _member(w, "company", "owner"),
    "member": lambda w: _member(w, "company", "member"),
    "owner2": lambda w: _member(w, "company2", "owner"),
    "consultant": lambda w: SectorMembershipFactory(sector=w["sector"]).user,
    "consultant2": lambda w: SectorMembershipFactory(sector=w["sector2"]).user,
    "administrator": lambda w: UserFactory(administrator=True),
    # The field
    "programme": lambda w: ProgrammeFactory(),
    "offering": lambda w: OfferingFactory(campus=w["campus"], programme=w["programme"]),
    "establishment": lambda w: EstablishmentFactory(company=w["company"]),
    "recognition": lambda w: RecognitionFactory(
        establishment=w["establishment"], programme=w["programme"], sector=w["sector"]
    ),
    "workplace": lambda w: WorkplaceFactory(recognition=w["recognition"]),
    "agreement": lambda w: AgreementFactory(
        campus=w["campus"], workplace=w["workplace"], status="planned"
    ),
    # Scenarios, imports
    "scenario": _scenario,
    "shared_scenario": _shared_scenario,
    "import_run": _import_run,
    # Placement
    "dossier": lambda w: DossierFactory(campus=w["campus"], programme=w["programme"]),
    "error_report": lambda w: ErrorReportFactory(establishment=w["establishment"]),
    "shortlist": lambda w: ShortlistFactory(campus=w["campus"]),
    "entry": lambda w: ShortlistEntryFactory(
        shortlist=w["shortlist"], establishment=w["establishment"]
    ),
    "approach": lambda w: ApproachFactory(
        campus=w["campus"], establishment=w["establishment"], programme=w["programme"]
    ),
    "pupil": lambda w: PupilRequestFactory(campus=w["campus"], programme=w["programme"]),
    "closure": lambda w: SchoolClosureFactory(school=w["school"]),
    "saved_search": lambda w: SavedSearchFactory(user=w["coordinator"]),
    "template": lambda w: MessageTemplateFactory(school=w["school"]),
    # Recognitions
    "request": lambda w: RecognitionRequest.objects.create(
        establishment=w["establishment"], programme=ProgrammeFactory(), created_by=w["owner"]
    ),
    "asked": lambda w: RecognitionFactory(
        establishment=w["establishment"], sector=w["sector"], requested=True
    ),
    "exclusion": lambda w: ExclusionFactory(company=w["excluded"]),
    "excluded": lambda w: CompanyFactory(sector=w["sector"]),
    # The portal
    "mentor": lambda w: MentorFactory(establishment=w["establishment"]),
    "claim": lambda w: ClaimFactory(company=w["claimed"], user=w["user"]),
    "claimed": lambda w: CompanyFactory(sector=w["sector"]),
    "membership": lambda w: w["member"].companymemberships.get(),
    "invitation": lambda w: InvitationFactory(company=w["company"]),
    "invitation_link": _invitation_link,
}
