"""Two spellings of one address are one; two streets of a like name are two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.addresses import Located
from geo.geocoders.answers import Answer, fit
from geo.geocoders.chain import ACCEPTED_SCORE
from geo.models import Municipality, Province
from geo.postal_addresses import PostalAddress, likeness, normalise
from geo.precision import LocationPrecision
from schools.models import Campus

HOUSE, STREET = LocationPrecision.HOUSE_NUMBER, LocationPrecision.STREET
POSTAL, TOWN = LocationPrecision.POSTAL_CODE, LocationPrecision.MUNICIPALITY
LEUVEN = PostalAddress("Fonteinstraat", "75", "3000", ("Leuven",), "24062")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fonteinstraat", "FONTEINSTR."),
        ("St.-Pietersnieuwstraat", "Sint-Pietersnieuwstraat"),
        ("Brusselse stwg", "Brusselsesteenweg"),
        ("Rue de l'Été", "rue de l'ete"),
        ("Wetstraat", "Rue de la Loi - Wetstraat"),
        ("Rue de la Loi/Wetstraat", "Wetstraat"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert likeness(one, other) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kerkstraat", "Werkstraat"),
        ("Kerkstraat", "Kerklaan"),
        ("Nieuwstraat", "Molenstraat"),
        ("gd", "Abingdonstraat"),
        ("test", "Testeltsebaan"),
        ("", "Kerkstraat"),
        ("straat", ""),
    ],
)
def test_names_of_two_streets(one: str, other: str) -> None:
    assert likeness(one, other) < ACCEPTED_SCORE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fonteinstraat", "Fonteynstraat"),
        ("Vaartstraat", "Vaarstraat"),
        ("Tiensevest", "Tiensvest"),
    ],
)
def test_slips_of_the_pen(one: str, other: str) -> None:
    assert likeness(one, other) >= ACCEPTED_SCORE


@given(one=st.text(max_size=30), other=st.text(max_size=30))
def test_likeness_is_a_share(one: str, other: str) -> None:
    assert 0.0 <= likeness(one, other) <= 1.0
    if normalise(one):
        assert likeness(one, one) == 1.0


def test_the_key_is_the_same_for_all_spellings() -> None:
    other = PostalAddress("FONTEINSTR", " 75 ", "3000", ("Löwen",), "24062")
    assert LEUVEN.key == other.key == "fonteinstraat|75|3000|24062"
    assert (
        PostalAddress("Kerkstr.", "12 A", "9000").key
        == PostalAddress("Kerkstraat", "12a", "9000").key
    )


def test_the_key_tells_addresses_apart() -> None:
    keys = {
        LEUVEN.key,
        PostalAddress("Fonteinstraat", "76", "3000", (), "24062").key,
        PostalAddress("Fonteinstraat", "75", "3010", (), "24062").key,
        PostalAddress("Fonteinstraat", "75", "3000", (), "24001").key,
        PostalAddress("Fontein", "75", "3000", (), "24062").key,
    }
    assert len(keys) == 5


@given(
    street=st.text(max_size=120), number=st.text(max_size=20), code=st.sampled_from(["", "3000"])
)
def test_every_key_fits_its_column(street: str, number: str, code: str) -> None:
    assert len(PostalAddress(street, number, code, ("x",), "12345").key) <= 255


def test_an_address_in_words() -> None:
    assert str(LEUVEN) == "Fonteinstraat 75, 3000 Leuven"
    assert str(PostalAddress(house_number="75", postal_code="3000")) == "3000"
    assert str(PostalAddress("Kaai", municipalities=("Gent", "Drongen"))) == "Kaai, Gent"
    assert str(PostalAddress()) == ""
    assert not PostalAddress("Kerkstraat", "1").is_askable


@pytest.mark.django_db
def test_a_merged_municipality_is_asked_for_by_todays_name() -> None:
    province = Province.objects.create(code="20001", name="x", name_en="x", region="vlg")
    today = Municipality.objects.create(nis_code="23106", name="Pajottegem", province=province)
    gooik = Municipality.objects.create(
        nis_code="23024",
        name="Gooik",
        province=province,
        merged_into=today,
        valid_until="2024-12-31",
    )
    located: Located = Campus(
        street="Dorpsstraat", house_number="1", box="2", postal_code="1755", municipality=gooik
    )
    assert located.postal_address == PostalAddress(
        "Dorpsstraat", "1", "1755", ("Pajottegem", "Gooik"), "23106"
    )
    assert Campus(postal_code="1755").postal_address.municipalities == ()


def answer(precision: LocationPrecision, *parts: str, places: tuple[str, ...] = ()) -> Answer:
    return Answer(4.7, 50.9, precision, *parts, places=places)


@pytest.mark.parametrize(
    ("found", "precision", "score"),
    [
        (answer(HOUSE, "Fonteinstraat", "75", "3000"), HOUSE, 1.0),
        (answer(HOUSE, "Fonteinstraat", "75A", "3000"), HOUSE, 0.95),
        (answer(HOUSE, "Fonteinstraat", "75-79", "3000"), HOUSE, 0.95),
        (answer(HOUSE, "Fonteinstraat", "73", "3000"), STREET, 1.0),
        (answer(HOUSE, "Fonteinstraat", "75", "3010", places=("Leuven",)), HOUSE, 0.9),
        (answer(HOUSE, "Fonteinstraat", "75", "9000", places=("Gent",)), HOUSE, 0.0),
        (answer(HOUSE, "Fonteinstraat", "75", "", places=("Leuven",)), HOUSE, 1.0),
        (answer(STREET, "Fonteinstraat", "", "3000"), STREET, 1.0),
        (answer(STREET, "", "", "3000"), STREET, 0.0),
        (answer(POSTAL, "", "", "3000"), POSTAL, 1.0),
        (answer(TOWN, "", "", "", places=("Leuven",)), TOWN, 1.0),
        (answer(TOWN, "", "", "", places=("Ath",)), TOWN, 0.0),
    ],
)
def test_what_an_answer_is_worth(found: Answer, precision: LocationPrecision, score: float) -> None:
    assert fit(LEUVEN, found) == (precision, pytest.approx(score))


def test_a_house_number_that_was_not_asked_is_a_point_of_the_street() -> None:
    asked = PostalAddress("Fonteinstraat", "", "3000")
    assert fit(asked, answer(HOUSE, "Fonteinstraat", "1", "3000")) == (STREET, 1.0)
