"""A small region over four school years in which every state of the field occurs, by chance."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from companies.models import ApproachStatus, Recognition, RecognitionStatus
from companies.vacancies.models import OccupationLink, Vacancy, VacancySync
from geo.models import Municipality
from schools.models import Offering, OfferingStatus, Programme
from tests.factories import (
    AgreementFactory,
    ApproachFactory,
    CampusFactory,
    EstablishmentFactory,
    MunicipalityFactory,
    OfferingFactory,
    ProgrammeFactory,
    ProvinceFactory,
    RecognitionFactory,
    SchoolFactory,
    SchoolYearFactory,
    SectorFactory,
    WorkplaceFactory,
)

YEARS = range(2024, 2028)
THIS = 2026


def build(seed: int = 1) -> None:
    """Fill the database; the same seed, the same region. The day is tests.factories.TODAY."""
    lots = random.Random(seed)
    places = _places()
    programmes = _programmes()
    for year in YEARS:
        SchoolYearFactory(starts_in=year)
    campuses = []
    for n in range(9):
        school = SchoolFactory(
            type=["121", "121", "125", "126"][n % 4], network=["GO", "VGO", "", "OGO"][n % 4]
        )
        campuses += [
            CampusFactory(
                school=school,
                site_number=k + 1,
                municipality=lots.choice(places),
                metres_east=lots.randint(-40_000, 40_000),
                metres_north=lots.randint(-5_000, 5_000),
            )
            for k in range(1 + n % 2)
        ]
    for campus in campuses:
        for programme in lots.sample(programmes, 4):
            _through_the_years(lots, campus, programme)
    _supply(lots, places, programmes, campuses)
    _vacancies(lots, places, programmes)


def _places() -> list[Municipality]:
    antwerp = ProvinceFactory(code="10000", name="Antwerpen", name_en="Antwerp")
    limburg = ProvinceFactory(code="70000", name="Limburg", name_en="Limburg")
    hasselt = MunicipalityFactory(nis_code="71072", name="Hasselt", province=limburg)
    return [
        MunicipalityFactory(nis_code="11002", name="Antwerpen", province=antwerp),
        MunicipalityFactory(nis_code="12025", name="Mechelen", province=antwerp),
        hasselt,
        # Became part of Hasselt: its campuses and companies are counted there.
        MunicipalityFactory(
            nis_code="73040",
            name="Kortessem",
            province=limburg,
            merged_into=hasselt,
            valid_until=date(2024, 12, 31),
        ),
        MunicipalityFactory(nis_code="71016", name="Genk", province=limburg),
    ]


def _programmes() -> list[Programme]:
    bouw, hout = SectorFactory(slug="bouw", name="Bouw"), SectorFactory(slug="hout", name="Hout")
    found = []
    for n, sectors in enumerate([[bouw], [hout], [bouw, hout], [], [bouw], [hout]]):
        programme = ProgrammeFactory(
            number=5100 + n,
            grade=2 + n % 2,
            education_form=["BSO", "TSO"][n % 2],
            finality=["A", "DU", "7E"][n % 3],
            valid_from=date(2025, 9, 1) if n == 5 else None,
        )
        programme.sectors.set(sectors)
        found.append(programme)
    # The last one followed one that ended.
    old = ProgrammeFactory(number=5090, valid_until=date(2025, 8, 31), finality="7E")
    old.successors.add(found[-1])
    return found


def _through_the_years(lots: random.Random, campus: object, programme: Programme) -> None:
    for year in YEARS:
        taught = programme
        if programme.valid_from and programme.valid_from.year > year:
            taught = programme.predecessors.get()
        status = lots.choice([*OfferingStatus, *[OfferingStatus.RUNNING] * 6, None])
        if status is None:
            continue
        pupils = None
        if status in OfferingStatus.active() and year < YEARS[-1]:
            pupils = lots.choice([None, 0, 1, 2, 3, 4, 5, 8, 13])
        OfferingFactory(
            campus=campus, programme=taught, school_year_id=year, status=status, pupils=pupils
        )


def _supply(
    lots: random.Random, places: list[Municipality], programmes: list[Programme], campuses: list
) -> None:
    for _ in range(26):
        establishment = EstablishmentFactory(
            municipality=lots.choice(places),
            metres_east=lots.randint(-80_000, 80_000),
            metres_north=lots.randint(-5_000, 5_000),
        )
        for programme in lots.sample(programmes, 2):
            begun = date(lots.choice([2020, 2021, 2024, 2025]), lots.randint(1, 12), 10)
            until = begun.replace(year=begun.year + 5)
            over = until < date(2026, 11, 23)
            recognition = RecognitionFactory(
                establishment=establishment,
                programme=programme,
                valid_from=begun,
                valid_until=until,
            )
            if over and lots.random() < 0.5:
                RecognitionFactory(
                    establishment=establishment,
                    programme=programme,
                    valid_from=until + timedelta(days=1),
                    valid_until=until.replace(year=until.year + 5),
                )
            _given(lots, recognition, programme, campuses)
            if over:
                # Only now: no agreement begins under one that has expired.
                recognition.status = RecognitionStatus.EXPIRED
                recognition.save()
            _contacts(lots, establishment, programme)


def _given(
    lots: random.Random, recognition: Recognition, programme: Programme, campuses: list
) -> None:
    for year in YEARS:
        offered = lots.choice([None, None, 0, 1, 2, 5])
        if lots.random() < 0.3:
            continue
        workplace = WorkplaceFactory(
            recognition=recognition,
            school_year_id=year,
            places_offered=offered,
            places_taken=lots.randint(0, max((offered or 0) - 2, 0)),
        )
        # Each of these takes a place itself (the trigger of agreements).
        left = 2 if offered is None else offered - workplace.places_taken
        for n in range(min(lots.choice([0, 0, 1, 2]), left)):
            offering = Offering.objects.filter(
                programme=programme, school_year=year, pupils__gt=0
            ).order_by("pk")
            starts = date(year, 9, lots.randint(1, 28))
            if not offering or not recognition.valid_from <= starts <= recognition.valid_until:
                continue
            AgreementFactory(
                campus=lots.choice(list(offering)).campus,
                workplace=workplace,
                pupil_reference=f"p-{workplace.pk}-{n}",
                status=lots.choice(["running", "planned", "completed", "ended_early"]),
                starts_on=starts,
                ends_on=date(year + 1, 6, 30),
            )


def _vacancies(
    lots: random.Random, places: list[Municipality], programmes: list[Programme]
) -> None:
    VacancySync.objects.create(
        source="https://vdab.example",
        initial_day=date(2026, 11, 1),
        read_until=datetime(2026, 11, 23, tzinfo=UTC),
    )
    for n, programme in enumerate(programmes[:4]):
        OccupationLink.objects.create(programme=programme, code=f"K{n // 2}")
    OccupationLink.objects.create(programme=programmes[0], code="K1")
    for n in range(12):
        Vacancy.objects.create(
            reference=f"v-{n}",
            code=lots.choice(["K0", "K1", "K9"]),
            municipality=lots.choice([*places, None]),
            snapshot=date(2026, 11, 1),
        )


def _contacts(lots: random.Random, establishment: object, programme: Programme) -> None:
    for status in lots.sample(list(ApproachStatus), 3):
        sent = date(lots.choice([2025, 2026]), lots.randint(1, 9), 15)
        answers = status in (ApproachStatus.ANSWERED, ApproachStatus.AGREED)
        ApproachFactory(
            establishment=establishment,
            programme=programme,
            status=status,
            sent_on=None if status == ApproachStatus.PLANNED else sent,
            answered_on=sent + timedelta(days=lots.randint(0, 30)) if answers else None,
        )
