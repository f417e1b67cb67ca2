"""The records that addresses name, in the demo region: those that the demo users meet.

What the region lacks, such as a what-if scenario, is made; it stays for the next time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from companies.answer_links import renew, token_of
from companies.models import (
    Agreement,
    Approach,
    Company,
    CompanyMembership,
    CompanyRole,
    Establishment,
    Mentor,
    Recognition,
)
from companies.portal.claims import Claim
from companies.portal.invitations import Invitation, InvitedBy, fingerprint
from companies.portal.places.asking import link_of
from companies.portal.requests.models import RecognitionRequest
from fixtures.demo.credentials import (
    ADMINISTRATOR,
    CLAIMANT,
    COMPANY,
    COMPANY_MEMBER,
    CONSULTANT,
    COORDINATOR,
)
from imports.models import ImportRun, RunStatus
from matching.allocation_jobs import AllocationJob, carry_out, new_job, owner_key
from matching.jobs import JobStatus
from matching.proposals import Pupil
from matching.scenarios import Scenario, ScenarioChange
from placement.models import Dossier, MessageTemplate, PupilRequest, SavedSearch, Shortlist
from schools.models import Campus, Offering, Programme, School, SchoolYear

#: Who asks, by the role of the access tables. The company's member sees what its owner sees.
ASKERS = {
    "anonymous": "",
    "user": CLAIMANT,
    "coordinator": COORDINATOR,
    "owner": COMPANY,
    "consultant": CONSULTANT,
    "administrator": ADMINISTRATOR,
}
#: Pupils of the allocation, as many as a large school places.
PUPILS = 200


class VisitorError(Exception):
    """A visitor has no records of her own."""


@dataclass
class DemoRecords:
    """The records for somebody who asks; `user` is None for a visitor."""

    user: User | None
    found: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        if name not in self.found:
            self.found[name] = RECORDS[name](self)
        return self.found[name]

    @property
    def owner(self) -> User:
        """Whose own records are meant. Raises VisitorError."""
        if self.user is None:
            raise VisitorError
        return self.user


def askers() -> dict[str, User | None]:
    """The demo users by role; those who need a second factor have one."""
    users = {user.email: user for user in User.objects.filter(email__in=ASKERS.values())}
    for email in (CONSULTANT, ADMINISTRATOR):
        Authenticator.objects.get_or_create(
            user=users[email], type=Authenticator.Type.TOTP, defaults={"data": {}}
        )
    return {role: users.get(email) for role, email in ASKERS.items()}


def _school(records: DemoRecords) -> School:
    return School.objects.get(memberships__user__email=COORDINATOR)


def _campus(records: DemoRecords) -> Campus:
    """The campus of the demo school with the most to follow up."""
    found = Campus.objects.filter(school=records["school"], point__isnull=False)
    return found.annotate(n=Count("pupil_requests")).order_by("-n", "pk")[0]


def _programme(records: DemoRecords) -> Programme:
    """Of those that the campus offers, the one with the most recognitions."""
    offerings = Offering.objects.filter(
        campus=records["campus"], school_year=SchoolYear.objects.current()
    )
    found = Programme.objects.filter(offerings__in=offerings)
    return found.annotate(n=Count("recognitions", distinct=True)).order_by("-n", "pk")[0]


def _company(records: DemoRecords) -> Company:
    return CompanyMembership.objects.filter(user__email=COMPANY).order_by("pk")[0].company


def _establishment(records: DemoRecords) -> Establishment:
    """The company's own with the most recognitions."""
    found = Establishment.objects.filter(company=records["company"])
    return found.annotate(n=Count("recognitions")).order_by("-n", "pk")[0]


def _recognition(records: DemoRecords) -> Recognition:
    own = Recognition.objects.recognised().filter(establishment=records["establishment"])
    return own.annotate(n=Count("workplaces__agreements")).order_by("-n", "pk")[0]


def _asked(records: DemoRecords) -> Recognition:
    consultant = User.objects.get(email=CONSULTANT)
    return Recognition.objects.waiting().decided_by(consultant).order_by("requested_on", "pk")[0]


def _claim(records: DemoRecords) -> Claim:
    return Claim.objects.get(user__email=CLAIMANT)


def _dossier(records: DemoRecords) -> Dossier:
    return Dossier.objects.filter(campus__school=records["school"]).order_by("pk")[0]


def _shortlist(records: DemoRecords) -> Shortlist:
    own = Shortlist.objects.filter(campus__school=records["school"])
    return own.annotate(n=Count("entries")).order_by("-n", "pk")[0]


def _approach(records: DemoRecords) -> Approach:
    own = Approach.objects.filter(campus__school=records["school"])
    return own.annotate(n=Count("steps")).order_by("-n", "pk")[0]


def _agreement(records: DemoRecords) -> Agreement:
    return Agreement.objects.filter(campus__school=records["school"]).order_by("-starts_on", "pk")[
        0
    ]


def _pupil(records: DemoRecords) -> PupilRequest:
    return PupilRequest.objects.filter(campus=records["campus"]).order_by("pk")[0]


def _answer_link(records: DemoRecords) -> str:
    waiting = Approach.objects.answerable().filter(campus__school=records["school"])
    approach = waiting.order_by("pk")[0]
    if not approach.link_key:
        renew(approach)
        approach.save(update_fields=["link_key"])
    return token_of(approach)


def _template(records: DemoRecords) -> MessageTemplate:
    return MessageTemplate.objects.get_or_create(
        school=records["school"],
        name="Vraag naar plaatsen",
        defaults={"subject": "Leerwerkplek", "body": "Dag, hebt u een plaats?"},
    )[0]


def _saved_search(records: DemoRecords) -> SavedSearch:
    query = f"campus={records['campus'].key}&programme={records['programme'].number}"
    return SavedSearch.objects.get_or_create(
        user=records.owner, name="Vaste zoekopdracht", defaults={"query": query}
    )[0]


def _scenario(records: DemoRecords, name: str = "Een richting erbij") -> Scenario:
    scenario, is_new = Scenario.objects.get_or_create(
        owner=records.owner, name=name, school_year=SchoolYear.objects.current()
    )
    if is_new:
        ScenarioChange.objects.create(
            scenario=scenario, campus=records["campus"], programme=records["programme"], pupils=20
        )
    return scenario


def _shared_scenario(records: DemoRecords) -> str:
    owner = DemoRecords(User.objects.get(email=COORDINATOR))
    scenario = _scenario(owner, "Een richting gedeeld")
    scenario.share()
    return str(scenario.link)


def _allocation(records: DemoRecords) -> AllocationJob:
    """Pupils of the region's campuses, placed."""
    owner = owner_key(records.owner)
    if job := AllocationJob.objects.of(owner).filter(status=JobStatus.DONE).first():
        return job
    year = SchoolYear.objects.current()
    offered = Offering.objects.filter(school_year=year, campus__in=Campus.objects.of(records.owner))
    running = offered.select_related("campus__school", "programme").order_by("pk")[:PUPILS]
    pupils = [Pupil(o.campus, f"L{n}", o.programme, 25_000) for n, o in enumerate(running)]
    job = new_job(owner, pupils, year, "best")
    carry_out(job.pk)
    return job


def _request(records: DemoRecords) -> RecognitionRequest:
    """A draft of the company's own."""
    asked = RecognitionRequest.objects.filter(establishment__company=records["company"])
    if draft := asked.filter(declared_at__isnull=True).order_by("pk").first():
        return draft
    unknown = Programme.objects.exclude(recognitions__establishment=records["establishment"])
    return RecognitionRequest.objects.create(
        establishment=records["establishment"],
        programme=unknown.valid_on(timezone.localdate()).order_by("pk")[0],
        created_by=User.objects.get(email=COMPANY),
    )


def _invitation_link(records: DemoRecords) -> str:
    Invitation.objects.get_or_create(
        link_hash=fingerprint("bench"),
        defaults={
            "company": records["company"],
            "email": "bench@radar.example",
            "role": CompanyRole.MEMBER,
            "capacity": InvitedBy.COMPANY,
            "expires_at": timezone.now() + timedelta(days=7),
        },
    )
    return "bench"


def _import_run(records: DemoRecords) -> ImportRun:
    return ImportRun.objects.get_or_create(
        kind="recognitions",
        status=RunStatus.REFUSED,
        started_by=User.objects.get(email=ADMINISTRATOR),
    )[0]


def _forum_dossier(records: DemoRecords) -> Dossier:
    """One of the province with the most to work through."""
    province = "campus__municipality__province"
    most = Dossier.objects.values(province).annotate(n=Count("pk")).order_by("-n", province)
    return Dossier.objects.filter(**{province: most[0][province]}).latest("pk")


#: How each record is found, by the name that it has in addresses.
RECORDS: dict[str, Callable[[DemoRecords], Any]] = {
    # The field
    "school": _school,
    "campus": _campus,
    "programme": _programme,
    "company": _company,
    "establishment": _establishment,
    "recognition": _recognition,
    # The coordinator's
    "dossier": _dossier,
    "shortlist": _shortlist,
    "approach": _approach,
    "answer_link": _answer_link,
    "agreement": _agreement,
    "pupil": _pupil,
    "template": _template,
    "saved_search": _saved_search,
    "scenario": _scenario,
    "scenario2": lambda records: _scenario(records, "Een andere richting"),
    "shared_scenario": _shared_scenario,
    "allocation": _allocation,
    # The company's
    "unclaimed": lambda records: Company.objects.active().filter(memberships=None).first(),
    "claim": _claim,
    "membership": lambda records: CompanyMembership.objects.get(user__email=COMPANY_MEMBER),
    "mentor": lambda records: Mentor.objects.filter(
        establishment__company=records["company"]
    ).first(),
    "request": _request,
    "invitation_link": _invitation_link,
    "confirm_link": lambda records: link_of(records["company"]),
    # The consultant's, the forum's, the administrator's
    "asked": _asked,
    "forum_dossier": _forum_dossier,
    "province": lambda records: records["forum_dossier"].campus.municipality.province.code,
    "import_run": _import_run,
}
