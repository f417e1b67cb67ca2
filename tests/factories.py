"""One factory per model: what a test does not name is valid, fictional and near the test campus.

    establishment = EstablishmentFactory(metres_east=5_000)         # 5 km east of HERE
    recognition = RecognitionFactory(programme=programme, lapsing=True)
    WorkplaceFactory(recognition=recognition, places_offered=2)     # this school year
    WorkplaceFactory(unknown=True)                                  # places never said
    ExclusionFactory(company=recognition.establishment.company)     # in force, of the whole company
    SchoolMembershipFactory(school=campus.school).user              # her coordinator

Traits are the states of the field, named as the field names them: `expired`, `lifted`, `requested`,
`lapsing` (recognition), `stopped` (company, establishment), `elsewhere`, `unlocated`
(establishment), `closed` (school), `full`, `unknown` (workplace), `over` (exclusion), `ended`
(programme), `answered` (approach), `completed` (agreement), `placed`, `moved`
(pupil request), `settled` (error report), `paused` (saved search), `revoked` (API client).
Dates are set around TODAY, a day in school year 2026-2027: pass `today=TODAY` to what ranks.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.contrib.gis.geos import Point
from django.utils import timezone
from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from accounts.api_clients import ApiClient
from accounts.models import User
from companies.models import (
    Agreement,
    AgreementKind,
    AgreementStatus,
    Approach,
    ApproachStatus,
    ApproachStep,
    Company,
    CompanyMembership,
    Establishment,
    Exclusion,
    Mentor,
    Recognition,
    RecognitionStatus,
    Side,
    Transfer,
    Workplace,
)
from companies.portal.models import Claim, ClaimProof, Invitation, InvitedBy
from geo.coordinates import LAMBERT_2008, WGS84, to_lambert, transform
from geo.models import Municipality, PostalCode, Province
from geo.precision import LocationPrecision
from placement.models import (
    ContactSettings,
    Dossier,
    ErrorReport,
    ErrorSubject,
    MessageTemplate,
    PlaceOffer,
    PupilRequest,
    PupilRequestStatus,
    SavedSearch,
    SchoolClosure,
    SectorAdvice,
    Shortlist,
    ShortlistEntry,
    TrainingWeek,
)
from schools.models import (
    AliasKind,
    Campus,
    Offering,
    OfferingStatus,
    Programme,
    ProgrammeAlias,
    School,
    SchoolMembership,
    SchoolYear,
    Sector,
    SectorMembership,
)
from tests.matching.region import HERE, number

TODAY = date(2026, 11, 23)
YEAR_END = date(2027, 8, 31)


def beside_here(metres_east: float = 0, metres_north: float = 0) -> Point:
    """The WGS 84 point so many metres (in the plane of Lambert 2008) from the test campus."""
    if not metres_east and not metres_north:
        return Point(*HERE, srid=WGS84)
    x, y = to_lambert(*HERE)
    return Point(*transform(LAMBERT_2008, WGS84, x + metres_east, y + metres_north), srid=WGS84)


class ProvinceFactory(DjangoModelFactory[Province]):
    class Meta:
        model = Province
        django_get_or_create = ("code",)

    code = "20001"
    name = "Vlaams-Brabant"
    name_en = "Flemish Brabant"
    region = "vlg"


class MunicipalityFactory(DjangoModelFactory[Municipality]):
    class Meta:
        model = Municipality
        django_get_or_create = ("nis_code",)

    nis_code = "24062"
    name = "Leuven"
    province = SubFactory(ProvinceFactory)


class PostalCodeFactory(DjangoModelFactory[PostalCode]):
    class Meta:
        model = PostalCode

    code = "3000"
    place_name = Sequence(lambda n: f"Voorbeeldplaats {n}")
    municipality = SubFactory(MunicipalityFactory)
    point = LazyAttribute(lambda _: beside_here())


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        administrator = Trait(is_staff=True, is_superuser=True)

    email = Sequence(lambda n: f"user-{n}@radar.example")
    password = "!"


class ApiClientFactory(DjangoModelFactory[ApiClient]):
    class Meta:
        model = ApiClient

    class Params:
        revoked = Trait(revoked_at=datetime(2026, 11, 1, tzinfo=UTC))

    name = Sequence(lambda n: f"Afnemer {n}")
    scopes = ("recognitions:read",)
    client_type = ApiClient.CLIENT_CONFIDENTIAL
    authorization_grant_type = ApiClient.GRANT_CLIENT_CREDENTIALS


class SectorFactory(DjangoModelFactory[Sector]):
    class Meta:
        model = Sector

    slug = Sequence(lambda n: f"sector-{n}")
    name = Sequence(lambda n: f"Sector {n}")


class SectorMembershipFactory(DjangoModelFactory[SectorMembership]):
    class Meta:
        model = SectorMembership

    user = SubFactory(UserFactory)
    sector = SubFactory(SectorFactory)


class ProgrammeFactory(DjangoModelFactory[Programme]):
    class Meta:
        model = Programme

    class Params:
        ended = Trait(valid_until=TODAY - timedelta(days=1))

    number = Sequence(lambda n: 5000 + n)
    group_number = LazyAttribute(lambda o: f"G-{o.number}")
    title = LazyAttribute(lambda o: f"Voorbeeldopleiding {o.number} duaal")
    grade = 3
    education_form = "BSO"
    finality = "A"


class ProgrammeAliasFactory(DjangoModelFactory[ProgrammeAlias]):
    class Meta:
        model = ProgrammeAlias

    programme = SubFactory(ProgrammeFactory)
    name = Sequence(lambda n: f"Oude naam {n}")
    kind = AliasKind.OLDER_NAME


class SchoolYearFactory(DjangoModelFactory[SchoolYear]):
    class Meta:
        model = SchoolYear
        django_get_or_create = ("starts_in",)

    starts_in = 2026


class SchoolFactory(DjangoModelFactory[School]):
    class Meta:
        model = School

    class Params:
        closed = Trait(closed_on=TODAY - timedelta(days=1))

    number = Sequence(lambda n: f"{100_000 + n}")
    name = LazyAttribute(lambda o: f"Voorbeeldschool {o.number}")
    type = "121"


class CampusFactory(DjangoModelFactory[Campus]):
    class Meta:
        model = Campus

    class Params:
        metres_east = 0
        metres_north = 0

    school = SubFactory(SchoolFactory)
    site_number = Sequence(lambda n: n + 1)
    municipality = SubFactory(MunicipalityFactory)
    point = LazyAttribute(lambda o: beside_here(o.metres_east, o.metres_north))
    precision = LocationPrecision.STREET


class SchoolMembershipFactory(DjangoModelFactory[SchoolMembership]):
    class Meta:
        model = SchoolMembership

    user = SubFactory(UserFactory)
    school = SubFactory(SchoolFactory)


class OfferingFactory(DjangoModelFactory[Offering]):
    class Meta:
        model = Offering

    campus = SubFactory(CampusFactory)
    programme = SubFactory(ProgrammeFactory)
    school_year = SubFactory(SchoolYearFactory)
    status = OfferingStatus.RUNNING
    pupils = 4


class CompanyFactory(DjangoModelFactory[Company]):
    class Meta:
        model = Company

    class Params:
        stopped = Trait(stopped_on=TODAY - timedelta(days=30))

    enterprise_number = Sequence(lambda n: number(7_000_000 + n))
    name = LazyAttribute(lambda o: f"Voorbeeld {o.enterprise_number}")


class CompanyMembershipFactory(DjangoModelFactory[CompanyMembership]):
    class Meta:
        model = CompanyMembership

    user = SubFactory(UserFactory)
    company = SubFactory(CompanyFactory)


class EstablishmentFactory(DjangoModelFactory[Establishment]):
    class Meta:
        model = Establishment

    class Params:
        metres_east = 0
        metres_north = 0
        stopped = Trait(stopped_on=TODAY - timedelta(days=30))
        elsewhere = Trait(municipality=None)
        unlocated = Trait(point=None, precision=LocationPrecision.UNKNOWN)

    unit_number = Sequence(lambda n: number(21_000_000 + n))
    company = SubFactory(CompanyFactory)
    name = LazyAttribute(lambda o: f"Vestiging {o.unit_number}")
    municipality = SubFactory(MunicipalityFactory)
    point = LazyAttribute(lambda o: beside_here(o.metres_east, o.metres_north))
    precision = LocationPrecision.HOUSE_NUMBER


class TransferFactory(DjangoModelFactory[Transfer]):
    class Meta:
        model = Transfer

    establishment = SubFactory(EstablishmentFactory)
    from_company = SubFactory(CompanyFactory)
    to_company = SelfAttribute("establishment.company")
    on = TODAY - timedelta(days=100)


class ExclusionFactory(DjangoModelFactory[Exclusion]):
    """Of an establishment, unless a company is named."""

    class Meta:
        model = Exclusion

    class Params:
        over = Trait(valid_until=TODAY - timedelta(days=1))

    company: Any = None
    establishment: Any = factory.Maybe(
        "company", yes_declaration=None, no_declaration=SubFactory(EstablishmentFactory)
    )
    valid_from = TODAY - timedelta(days=100)
    reason = "Voorbeeld"


class RecognitionFactory(DjangoModelFactory[Recognition]):
    class Meta:
        model = Recognition

    class Params:
        expired = Trait(status=RecognitionStatus.EXPIRED, valid_until=TODAY - timedelta(days=1))
        lifted = Trait(status=RecognitionStatus.LIFTED)
        requested = Trait(status=RecognitionStatus.REQUESTED, valid_from=None, valid_until=None)
        lapsing = Trait(valid_until=date(2027, 3, 1))

    establishment = SubFactory(EstablishmentFactory)
    programme = SubFactory(ProgrammeFactory)
    status = RecognitionStatus.RECOGNISED
    valid_from = date(2024, 1, 1)
    valid_until = date(2028, 12, 31)


class WorkplaceFactory(DjangoModelFactory[Workplace]):
    class Meta:
        model = Workplace

    class Params:
        full = Trait(places_taken=SelfAttribute("places_offered"))
        unknown = Trait(places_offered=None)

    recognition = SubFactory(RecognitionFactory)
    school_year = SubFactory(SchoolYearFactory)
    places_offered: int | None = 2
    places_taken = 0


class MentorFactory(DjangoModelFactory[Mentor]):
    class Meta:
        model = Mentor

    establishment = SubFactory(EstablishmentFactory)
    name = Sequence(lambda n: f"Mentor {n}")


class AgreementFactory(DjangoModelFactory[Agreement]):
    class Meta:
        model = Agreement

    class Params:
        completed = Trait(status=AgreementStatus.COMPLETED, ends_on=TODAY - timedelta(days=1))

    campus = SubFactory(CampusFactory)
    workplace = SubFactory(WorkplaceFactory)
    pupil_reference = Sequence(lambda n: f"L-{n}")
    kind = AgreementKind.OAO
    hours_per_week = 28
    status = AgreementStatus.RUNNING
    starts_on = date(2026, 9, 1)
    ends_on = YEAR_END


class ApproachFactory(DjangoModelFactory[Approach]):
    class Meta:
        model = Approach

    class Params:
        answered = Trait(status=ApproachStatus.ANSWERED, answered_on=TODAY - timedelta(days=10))

    campus = SubFactory(CampusFactory)
    establishment = SubFactory(EstablishmentFactory)
    programme = SubFactory(ProgrammeFactory)
    status = ApproachStatus.SENT
    sent_on = TODAY - timedelta(days=30)


class PupilRequestFactory(DjangoModelFactory[PupilRequest]):
    class Meta:
        model = PupilRequest

    class Params:
        placed = Trait(status=PupilRequestStatus.PLACED, closed_on=TODAY - timedelta(days=1))
        moved = Trait(status=PupilRequestStatus.MOVED, closed_on=TODAY - timedelta(days=1))

    campus = SubFactory(CampusFactory)
    programme = SubFactory(ProgrammeFactory)
    school_year = SubFactory(SchoolYearFactory)
    reference = Sequence(lambda n: f"Z-{n}")
    started_on = TODAY - timedelta(days=7)


class ClaimFactory(DjangoModelFactory[Claim]):
    """Waits for the consultant, unless it has another proof."""

    class Meta:
        model = Claim

    company = SubFactory(CompanyFactory)
    user = SubFactory(UserFactory)
    proof = ClaimProof.CONSULTANT
    motivation = "Ik ben de personeelsverantwoordelijke."
    expires_at = LazyAttribute(lambda _: timezone.now() + timedelta(days=30))


class InvitationFactory(DjangoModelFactory[Invitation]):
    class Meta:
        model = Invitation

    company = SubFactory(CompanyFactory)
    email = Sequence(lambda n: f"genodigd-{n}@onderneming.example")
    role = "member"
    capacity = InvitedBy.COMPANY
    invited_by = SubFactory(UserFactory)
    link_hash = Sequence(lambda n: f"{n:064x}")
    expires_at = LazyAttribute(lambda _: timezone.now() + timedelta(days=14))


class DossierFactory(DjangoModelFactory[Dossier]):
    class Meta:
        model = Dossier

    campus = SubFactory(CampusFactory)
    programme = SubFactory(ProgrammeFactory)
    school_year = SubFactory(SchoolYearFactory)
    expected_pupils = 6
    made_on = TODAY


class ErrorReportFactory(DjangoModelFactory[ErrorReport]):
    class Meta:
        model = ErrorReport

    class Params:
        settled = Trait(settled_at=datetime(2026, 11, 20, tzinfo=UTC))

    establishment = SubFactory(EstablishmentFactory)
    sector = SubFactory(SectorFactory)
    subject = ErrorSubject.ADDRESS
    text = Sequence(lambda n: f"Het huisnummer is {n}.")
    reported_by = SubFactory(UserFactory)
    reported_at = datetime(2026, 11, 19, tzinfo=UTC)


class ApproachStepFactory(DjangoModelFactory[ApproachStep]):
    class Meta:
        model = ApproachStep

    approach = SubFactory(ApproachFactory)
    side = Side.SCHOOL
    from_status = ApproachStatus.PLANNED
    to_status = ApproachStatus.SENT


class ShortlistFactory(DjangoModelFactory[Shortlist]):
    class Meta:
        model = Shortlist

    campus = SubFactory(CampusFactory)
    programme = SubFactory(ProgrammeFactory)


class ShortlistEntryFactory(DjangoModelFactory[ShortlistEntry]):
    class Meta:
        model = ShortlistEntry

    shortlist = SubFactory(ShortlistFactory)
    establishment = SubFactory(EstablishmentFactory)
    position = Sequence(lambda n: n + 1)
    added_by = SubFactory(UserFactory)


class MessageTemplateFactory(DjangoModelFactory[MessageTemplate]):
    class Meta:
        model = MessageTemplate

    school = SubFactory(SchoolFactory)
    name = Sequence(lambda n: f"Sjabloon {n}")
    subject = "Leerling {opleiding}"
    body = "Beste {vestiging}"


class ContactSettingsFactory(DjangoModelFactory[ContactSettings]):
    class Meta:
        model = ContactSettings

    school = SubFactory(SchoolFactory)


class TrainingWeekFactory(DjangoModelFactory[TrainingWeek]):
    class Meta:
        model = TrainingWeek

    campus = SubFactory(CampusFactory)
    weekdays = (1, 2)


class SchoolClosureFactory(DjangoModelFactory[SchoolClosure]):
    class Meta:
        model = SchoolClosure

    school = SubFactory(SchoolFactory)
    first_day = date(2026, 11, 27)
    last_day = date(2026, 11, 27)


class SavedSearchFactory(DjangoModelFactory[SavedSearch]):
    class Meta:
        model = SavedSearch

    class Params:
        paused = Trait(paused_at=datetime(2026, 11, 20, tzinfo=UTC))

    user = SubFactory(UserFactory)
    name = Sequence(lambda n: f"Zoekopdracht {n}")
    query = "campus=039107-1&programme=88&radius=25"


class SectorAdviceFactory(DjangoModelFactory[SectorAdvice]):
    class Meta:
        model = SectorAdvice

    dossier = SubFactory(DossierFactory)
    sector = SubFactory(SectorFactory)
    verdict = "favourable"
    given_on = TODAY


class PlaceOfferFactory(DjangoModelFactory[PlaceOffer]):
    class Meta:
        model = PlaceOffer

    recognition = SubFactory(RecognitionFactory)
    campus = SubFactory(CampusFactory)
    sent_on = TODAY
