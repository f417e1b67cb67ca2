"""A campus, a programme and scattered establishments: the smallest region worth ranking."""

from datetime import date
from random import Random

from django.contrib.gis.geos import Point

from companies.models import Company, Establishment, Recognition, RecognitionStatus, Workplace
from companies.numbers import check_digits
from geo.models import Municipality, Province
from schools.models import Programme, SchoolYear

HERE = (4.70, 50.88)


def number(first_eight: int) -> str:
    """A KBO number from its first eight digits."""
    return f"{first_eight:08d}{check_digits(first_eight):02d}"


def a_municipality() -> Municipality:
    """The one municipality of this region."""
    province, _ = Province.objects.get_or_create(
        code="20001",
        defaults={"name": "Vlaams-Brabant", "name_en": "Flemish Brabant", "region": "vlg"},
    )
    return Municipality.objects.get_or_create(
        nis_code="24062", defaults={"name": "Leuven", "province": province}
    )[0]


def scatter(programme: Programme, seed: int, n: int = 40, first: int = 0) -> None:
    """n establishments around the campus, some at one spot, some without known places."""
    draw = Random(seed)
    company, _ = Company.objects.get_or_create(
        enterprise_number=number(5_669_882), defaults={"name": "Voorbeeld"}
    )
    year = SchoolYear.objects.starting_in(2026)
    for i in range(n):
        twin = i % 10 == 9
        spot = HERE if twin else (HERE[0] + draw.gauss(0, 0.4), HERE[1] + draw.gauss(0, 0.25))
        establishment = Establishment.objects.create(
            unit_number=number(20_000_000 + first + i),
            company=company,
            name=f"Voorbeeld {i}",
            municipality=a_municipality(),
            point=Point(*spot, srid=4326),
            precision="house_number",
        )
        status = RecognitionStatus.LIFTED if i % 7 == 6 else RecognitionStatus.RECOGNISED
        recognition = Recognition.objects.create(
            establishment=establishment,
            programme=programme,
            status=status,
            valid_from=date(2023, 1, 1),
            valid_until=draw.choice([date(2026, 12, 31), date(2027, 12, 31), date(2026, 6, 30)]),
        )
        if i % 3:
            Workplace.objects.create(
                recognition=recognition, school_year=year, places_offered=draw.randrange(4)
            )
