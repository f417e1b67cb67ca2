"""The coordinator's contacts through the front door: shortlist, message, board, agreement."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core import mail as sent_mail
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from post_office.models import Email

from accounts.models import User
from companies import answer_links
from companies.answer_links import token_of
from companies.approaching import mark_silent
from companies.models import Agreement, Approach, Establishment, Workplace
from companies.tasks import keep_agreements_in_step
from companies.tasks import mark_silent as mark_silent_task
from placement.models import ContactSettings, MessageTemplate, Shortlist
from placement.tasks import send_reminders
from schools.models import Campus, Programme, SchoolYear
from tests.factories import (
    AgreementFactory,
    ApproachFactory,
    MentorFactory,
    PupilRequestFactory,
    RecognitionFactory,
    SchoolMembershipFactory,
    WorkplaceFactory,
)

pytestmark = pytest.mark.django_db
#: No page of the coordinator asks more, whatever the data.
MOST_QUERIES = 15


@pytest.fixture
def today() -> Any:
    return timezone.localdate()


@pytest.fixture
def places(programme: Programme) -> list[Workplace]:
    """Three recognised establishments with a mentor, an e-mail address, and one place each."""
    year = SchoolYear.objects.current()
    made = WorkplaceFactory.create_batch(
        3,
        recognition__programme=programme,
        recognition__establishment__email="plek@voorbeeld.example",
        recognition__valid_from=year.start.replace(year=year.starts_in - 1),
        recognition__valid_until=year.end.replace(year=year.starts_in + 3),
        school_year=year,
        places_offered=1,
    )
    for place in made:
        MentorFactory(establishment=place.recognition.establishment)
    return made


@pytest.fixture
def house(places: list[Workplace]) -> Establishment:
    return places[0].recognition.establishment


def asked(campus: Campus, *houses: Establishment, **more: Any) -> dict[str, Any]:
    return {
        "campus": campus.key,
        "programme": "88",
        "establishment": [place.pk for place in houses],
        "how": "email",
        "language": "nl",
        "subject": "Leerling {opleiding}",
        "body": "Beste {vestiging}\n<script>alert(1)</script>",
        **more,
    }


NEW = "/contactnames/nieuw/"


def write_to(browser: Client, campus: Campus, *houses: Establishment, **more: Any) -> Any:
    return browser.post(NEW, asked(campus, *houses, **more))


@pytest.fixture
def sent(browser: Client, campus: Campus, house: Establishment) -> Approach:
    """An approach by e-mail, of today."""
    write_to(browser, campus, house)
    return Approach.objects.get()


@pytest.fixture
def stranger(db: None) -> Iterator[Client]:
    """A coordinator of another school."""
    client = Client()
    client.force_login(SchoolMembershipFactory.create().user)
    return client


class TestShortlist:
    def test_from_the_search_to_an_order_with_notes(
        self, browser: Client, campus: Campus, places: list[Workplace]
    ) -> None:
        for place in (*places, places[0]):
            data = {
                "campus": campus.key,
                "programme": 88,
                "establishment": place.recognition.establishment_id,
                "next": "/leerwerkplekken/?campus=1",
            }
            back = browser.post("/shortlists/toevoegen/", data)
            assert back["Location"] == "/leerwerkplekken/?campus=1"
        shortlist = Shortlist.objects.get()
        first, second, third = shortlist.entries.all()
        address = f"/shortlists/{shortlist.pk}/"
        moved = browser.post(f"{address}{third.pk}/plaats/", {"position": "1"})
        assert moved["Location"] == f"{address}#entry-{third.pk}"
        assert list(shortlist.entries.values_list("pk", flat=True)) == [
            third.pk, first.pk, second.pk,
        ]  # fmt: skip
        for position in ("0", "99", "x", "-1", ""):
            browser.post(f"{address}{first.pk}/plaats/", {"position": position})
        assert sorted(shortlist.entries.values_list("position", flat=True)) == [1, 2, 3]
        browser.post(f"{address}{first.pk}/notitie/", {"note": "Bel na tien uur", "version": 0})
        page = browser.get(address).content.decode()
        assert "Bel na tien uur" in page
        book = load_workbook(BytesIO(browser.get(f"{address}?format=xlsx").content))
        assert "Bel na tien uur" in [row[4] for row in book.active.values]  # type: ignore[union-attr]
        browser.post(f"{address}{first.pk}/verwijderen/")
        assert shortlist.entries.count() == 2
        browser.post(f"{address}verwijderen/")
        assert not Shortlist.objects.exists()

    def test_htmx_swaps_the_button(
        self, browser: Client, campus: Campus, house: Establishment
    ) -> None:
        data = {"campus": campus.key, "programme": 88, "establishment": house.pk}
        page = browser.post("/shortlists/toevoegen/", data, headers={"HX-Request": "true"})
        assert "Op de shortlist" in page.content.decode()

    def test_a_next_page_of_elsewhere_is_not_followed(
        self, browser: Client, campus: Campus, house: Establishment
    ) -> None:
        data = {"campus": campus.key, "programme": 88, "establishment": house.pk}
        back = browser.post("/shortlists/toevoegen/", data | {"next": "https://evil.example/"})
        assert back["Location"] == f"/shortlists/{Shortlist.objects.get().pk}/"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("campus", "900001-1"),
            ("campus", "x"),
            ("programme", "4711"),
            ("programme", "x"),
            ("establishment", "0"),
            ("establishment", "99999999999999999999"),
            ("establishment", ""),
        ],
    )
    def test_what_is_wrong_is_named(
        self, browser: Client, campus: Campus, house: Establishment, name: str, value: str
    ) -> None:
        data = {"campus": campus.key, "programme": 88, "establishment": house.pk, name: value}
        response = browser.post("/shortlists/toevoegen/", data)
        assert response.status_code == 400
        assert name in response.context["form"].errors


class TestContact:
    def test_a_message_goes_out_with_its_placeholders_and_a_link(
        self, sent: Approach, house: Establishment, coordinator: User, today: Any
    ) -> None:
        email = Email.objects.get()
        assert email.to == [house.email]
        assert email.subject == "Leerling Elektrische installaties duaal"
        assert f"Beste {house}" in email.message
        assert "<script>" not in email.html_message
        assert "&lt;script&gt;" in email.html_message
        assert email.headers["Reply-To"] == coordinator.email
        # The token carries the second in which it was made, so it is read and not compared.
        [token] = re.findall(r"/antwoord/([^/\s]+)/", email.message)
        assert answer_links.read(token) == sent
        assert (sent.status, sent.sent_on, sent.channel) == ("sent", today, "email")
        assert sent.answer_due_on == today + timedelta(days=14)
        assert [(s.from_status, s.to_status, s.side) for s in sent.steps.all()] == [
            ("", "planned", "school"),
            ("planned", "sent", "school"),
        ]

    def test_many_at_once_and_one_without_an_address(
        self, browser: Client, campus: Campus, places: list[Workplace]
    ) -> None:
        houses = [place.recognition.establishment for place in places]
        houses[1].email = ""
        houses[1].save()
        page = write_to(browser, campus, *houses)
        assert page["Location"] == "/contactnames/"
        assert Approach.objects.filter(status="sent").count() == 2
        assert not Approach.objects.filter(establishment=houses[1]).exists()
        assert "Er is geen e-mailadres bekend" in browser.get("/contactnames/").content.decode()

    @pytest.mark.parametrize(
        "subject",
        ["Hallo\nBcc: iedereen@voorbeeld.example", "Hallo\r\nX-Kop: 1", "a\x00b", "a\u2028b"],
    )
    def test_a_subject_that_would_be_a_header_is_refused(
        self, browser: Client, campus: Campus, house: Establishment, subject: str
    ) -> None:
        response = write_to(browser, campus, house, subject=subject)
        assert response.status_code == 400
        assert "subject" in response.context["form"].errors
        assert not Email.objects.exists()

    def test_an_establishments_name_adds_no_header_and_no_placeholder(
        self, browser: Client, campus: Campus, house: Establishment
    ) -> None:
        house.name = "Zaak\nBcc: x@voorbeeld.example {school}"
        house.save()
        write_to(browser, campus, house, subject="Voor {vestiging}")
        email = Email.objects.get()
        assert email.subject == "Voor Zaak Bcc: x@voorbeeld.example {school}"
        email.dispatch()
        (message,) = sent_mail.outbox
        assert set(message.message().keys()).isdisjoint({"Bcc", "Cc"})

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"subject": ""}, "subject"),
            ({"body": " "}, "body"),
            ({"body": "{naam.__class__}"}, "body"),
            ({"how": "duif"}, "how"),
            ({"establishment": []}, "establishment"),
            ({"how": "telephone", "outcome": "declined"}, "decline_reason"),
            ({"how": "telephone", "outcome": "agreed"}, "outcome"),
            ({"follow_up_on": "morgen"}, "follow_up_on"),
        ],
    )
    def test_what_is_wrong_is_named_and_what_was_typed_kept(
        self,
        browser: Client,
        campus: Campus,
        house: Establishment,
        changes: dict[str, Any],
        field: str,
    ) -> None:
        # The page itself names the establishments, so an empty choice is told by a bare page.
        response = write_to(browser, campus, house, note="Mijn notitie", **changes)
        assert response.status_code == 400
        if field != "establishment":
            assert field in response.context["form"].errors
            assert "Mijn notitie" in response.content.decode()
        assert not Approach.objects.exists()

    def test_a_preview_sends_nothing(
        self, browser: Client, campus: Campus, house: Establishment
    ) -> None:
        page = write_to(browser, campus, house, preview="1")
        assert "Leerling Elektrische installaties duaal" in page.content.decode()
        assert not Approach.objects.exists()

    def test_a_call_with_its_outcome(
        self, browser: Client, campus: Campus, house: Establishment, today: Any
    ) -> None:
        write_to(
            browser, campus, house, how="telephone", outcome="declined",
            decline_reason="no_mentor", note="Mevrouw De Chef", follow_up_on=today.isoformat(),
        )  # fmt: skip
        approach = Approach.objects.get()
        assert (approach.status, approach.channel) == ("declined", "telephone")
        assert (approach.decline_reason, approach.answered_on) == ("no_mentor", today)
        assert not Email.objects.exists()

    def test_only_recognised_establishments_and_own_campuses(
        self, browser: Client, campus: Campus, stranger: Client, programme: Programme
    ) -> None:
        lapsed = RecognitionFactory(programme=programme, expired=True).establishment
        assert write_to(browser, campus, lapsed).status_code == 400
        assert write_to(stranger, campus, lapsed).status_code == 404
        assert stranger.get(NEW, {"campus": campus.key, "programme": 88}).status_code == 404
        for wrong in ({}, {"campus": campus.key}, {"campus": campus.key, "programme": "x"}):
            assert browser.get(NEW, wrong).status_code == 404
        assert not Approach.objects.exists()

    def test_guards_warn_and_ask_for_a_second_thought(
        self, browser: Client, campus: Campus, house: Establishment, today: Any
    ) -> None:
        ApproachFactory.create_batch(2, establishment=house, sent_on=today - timedelta(days=2))
        question = {"campus": campus.key, "programme": 88, "establishment": house.pk}
        page = browser.get(NEW, question).content.decode()
        assert "een andere school nam contact op" in page
        assert "2 contacten in 30 dagen" in page
        refused = write_to(browser, campus, house)
        assert refused.status_code == 400
        assert "despite" in refused.context["form"].errors
        assert write_to(browser, campus, house, how="later").status_code == 302
        assert write_to(browser, campus, house, despite="on").status_code == 302

    def test_a_large_company_may_be_asked_more_often(
        self, browser: Client, campus: Campus, house: Establishment, today: Any
    ) -> None:
        ApproachFactory.create_batch(2, establishment=house, sent_on=today - timedelta(days=20))
        house.company.size = "large"
        house.company.save()
        assert write_to(browser, campus, house).status_code == 302

    def test_under_discussion_names_nobody_unless_both_schools_allow_it(
        self, browser: Client, campus: Campus, house: Establishment, programme: Programme
    ) -> None:
        other = ApproachFactory(
            establishment=house, programme=programme, sent_on=timezone.localdate()
        )
        question = {"campus": campus.key, "programme": 88, "establishment": house.pk}
        name = other.campus.school.name
        for ours, theirs in ((False, False), (True, False), (False, True), (True, True)):
            for school, shows in ((campus.school, ours), (other.campus.school, theirs)):
                ContactSettings.objects.update_or_create(
                    school=school, defaults={"shows_name": shows}
                )
            page = browser.get(NEW, question).content.decode()
            assert "in gesprek met" in page
            assert (name in page) == (ours and theirs)


class TestStates:
    def step(self, browser: Client, approach: Approach, **data: Any) -> Any:
        named = {f"step-{name}": value for name, value in data.items()}
        return browser.post(f"/contactnames/{approach.pk}/stap/", named)

    def test_each_step_is_written_down(
        self, browser: Client, sent: Approach, coordinator: User
    ) -> None:
        self.step(browser, sent, to="interview", note="Dinsdag om tien uur")
        self.step(browser, sent, to="note", note="Nog eens gebeld")
        sent.refresh_from_db()
        assert (sent.status, sent.link_key) == ("interview", "")
        *_, interview, note = sent.steps.all()
        assert (interview.by, interview.note) == (coordinator, "Dinsdag om tien uur")
        assert (note.from_status, note.to_status) == ("interview", "interview")
        assert "Nog eens gebeld" in browser.get(f"/contactnames/{sent.pk}/").content.decode()

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"to": "declined"}, "decline_reason"),
            ({"to": "note", "note": " "}, "note"),
            ({"to": "planned"}, "to"),
            ({"to": "agreed"}, "to"),
            ({}, "to"),
        ],
    )
    def test_a_step_that_is_not_allowed_changes_nothing(
        self, browser: Client, sent: Approach, data: dict[str, str], field: str
    ) -> None:
        response = self.step(browser, sent, **data)
        assert response.status_code == 400
        assert field in response.context["step_form"].errors
        sent.refresh_from_db()
        assert (sent.status, sent.steps.count()) == ("sent", 2)

    def test_given_up_and_planned_again(self, browser: Client, sent: Approach) -> None:
        self.step(browser, sent, to="withdrawn")
        assert browser.get(f"/antwoord/{token_of(sent)}/").status_code == 410
        self.step(browser, sent, to="planned")
        sent.refresh_from_db()
        assert sent.status == "planned"

    def test_silence_becomes_no_answer_and_a_late_answer_counts(
        self, browser: Client, sent: Approach, today: Any
    ) -> None:
        assert mark_silent(today + timedelta(days=14)) == 0
        assert mark_silent(today + timedelta(days=15)) == 1
        assert mark_silent(today + timedelta(days=15)) == 0
        sent.refresh_from_db()
        assert (sent.status, sent.steps.last().side) == ("no_answer", "system")
        answered = Client().post(f"/antwoord/{token_of(sent)}/", {"status": "answered"})
        assert answered.status_code == 302
        sent.refresh_from_db()
        assert sent.status == "answered"

    def test_the_school_says_how_long_it_waits(
        self, browser: Client, campus: Campus, house: Establishment, today: Any
    ) -> None:
        address = f"/contactnames/instellingen/{campus.school.number}/"
        for wrong in ("0", "61", "x", ""):
            refused = browser.post(address, {"answer_days": wrong, "version": 0})
            assert refused.status_code == 400
        browser.post(address, {"answer_days": "3", "version": 0})
        write_to(browser, campus, house)
        assert Approach.objects.get().answer_due_on == today + timedelta(days=3)

    def test_the_clock_does_the_same(self, sent: Approach, today: Any) -> None:
        Approach.objects.update(answer_due_on=today - timedelta(days=1))
        assert mark_silent_task() == 1
        assert keep_agreements_in_step() == [0, 0]

    def test_a_reminder_a_day_to_follow_up(
        self, browser: Client, sent: Approach, coordinator: User, today: Any
    ) -> None:
        data = {
            "coordinator": coordinator.pk,
            "follow_up_on": today.isoformat(),
            "note": "Vraag naar de chef",
            "version": sent.version,
        }
        browser.post(f"/contactnames/{sent.pk}/wijzigen/", data)
        Email.objects.all().delete()
        assert (send_reminders(), send_reminders()) == (1, 0)
        email = Email.objects.get()
        assert email.to == [coordinator.email]
        assert "Vraag naar de chef" in email.message
        board = browser.get("/contactnames/")
        assert list(board.context["today"]) == [sent]
        Approach.objects.update(follow_up_on=today + timedelta(days=1))
        assert send_reminders() == 0


class TestAnswerLink:
    @pytest.mark.parametrize(
        ("answer", "status"),
        [
            ({"status": "answered", "note": "Kom maar langs"}, "answered"),
            ({"status": "interview"}, "interview"),
            ({"status": "declined", "decline_reason": "no_place"}, "declined"),
        ],
    )
    def test_an_answer_without_an_account(
        self, sent: Approach, coordinator: User, answer: dict[str, str], status: str
    ) -> None:
        coordinator.language = "en"
        coordinator.save()
        visitor, address = Client(), f"/antwoord/{token_of(sent)}/"
        page = visitor.get(address)
        assert page.status_code == 200
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert "Kunt u een leerling opleiden?" in page.content.decode()
        assert "Could you train a pupil?" in visitor.get(f"/en{address}").content.decode()
        sent.refresh_from_db()
        assert sent.status == "sent"  # looking is not answering
        Email.objects.all().delete()
        assert visitor.post(address, answer)["Location"] == "/antwoord/bedankt/"
        assert "Bedankt" in visitor.get("/antwoord/bedankt/").content.decode()
        sent.refresh_from_db()
        assert (sent.status, sent.steps.last().side) == (status, "company")
        email = Email.objects.get()
        assert email.to == [coordinator.email]
        assert email.subject.startswith("Answer of")
        for method in (visitor.get, visitor.post):
            again = method(address, {"status": "declined", "decline_reason": "other"})
            assert again.status_code == 410
            assert "hoeft geen antwoord meer" in again.content.decode()
        sent.refresh_from_db()
        assert sent.status == status

    @pytest.mark.parametrize(
        "answer",
        [
            {},
            {"status": "agreed"},
            {"status": "withdrawn"},
            {"status": "declined"},
            {"status": "declined", "decline_reason": "x"},
            {"status": "answered", "note": "x" * 2001},
        ],
    )
    def test_what_is_no_answer_changes_nothing(
        self, sent: Approach, answer: dict[str, str]
    ) -> None:
        response = Client().post(f"/antwoord/{token_of(sent)}/", answer)
        assert response.status_code == 400
        sent.refresh_from_db()
        assert sent.status == "sent"

    def test_altered_expired_replaced_and_foreign_links(
        self, sent: Approach, browser: Client, campus: Campus, house: Establishment
    ) -> None:
        token = token_of(sent)
        answer = {"status": "answered"}
        other_purpose = signing.dumps([sent.pk, sent.link_key], salt="iets anders")
        for altered in (token[:-2], token + "x", "x", other_purpose, f"{sent.pk}:x"):
            page = Client().post(f"/antwoord/{altered}/", answer)
            assert page.status_code == 404
            assert "niet volledig" in page.content.decode()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.core.signing.time.time", lambda: 1.0)
            expired = token_of(sent)
        page = Client().post(f"/antwoord/{expired}/", answer)
        assert (page.status_code, "verlopen" in page.content.decode()) == (410, True)
        write_to(browser, campus, house)  # again: the first link is replaced
        assert Client().post(f"/antwoord/{token}/", answer).status_code == 410
        sent.refresh_from_db()
        assert (sent.status, sent.answered_on) == ("sent", None)
        assert Client().post(f"/antwoord/{token_of(sent)}/", answer).status_code == 302

    def test_who_asks_too_often_waits(self, sent: Approach) -> None:
        visitor = Client(REMOTE_ADDR="192.0.2.7")
        codes = [visitor.get(f"/antwoord/{token_of(sent)}/").status_code for _ in range(61)]
        assert codes[:60] == [200] * 60
        assert codes[60] == 429

    def test_a_post_needs_the_forms_token(self, sent: Approach) -> None:
        visitor = Client(enforce_csrf_checks=True)
        assert (
            visitor.post(f"/antwoord/{token_of(sent)}/", {"status": "answered"}).status_code == 403
        )


class TestAgreement:
    def make(self, browser: Client, approach: Approach, **changes: Any) -> Any:
        year = SchoolYear.objects.current()
        data = {
            "pupil_reference": "L-1",
            "kind": "oao",
            "hours_per_week": "28",
            "starts_on": timezone.localdate().isoformat(),
            "ends_on": year.end.isoformat(),
            "mentor": approach.establishment.mentors.get().pk,
            "version": 0,
        }
        return browser.post(f"/contactnames/{approach.pk}/overeenkomst/", data | changes)

    def test_from_approach_to_end_with_the_pupils_search(
        self, browser: Client, sent: Approach, campus: Campus, programme: Programme
    ) -> None:
        request = PupilRequestFactory(
            campus=campus, programme=programme, reference="L-1",
            school_year=SchoolYear.objects.current(),
        )  # fmt: skip
        page = browser.get(f"/contactnames/{sent.pk}/overeenkomst/").content.decode()
        assert '<option value="L-1">' in page
        made = self.make(browser, sent)
        agreement = Agreement.objects.get()
        assert made["Location"] == f"/overeenkomsten/{agreement.pk}/"
        request.refresh_from_db()
        sent.refresh_from_db()
        assert (request.status, request.agreement, sent.status) == ("placed", agreement, "agreed")
        assert agreement.workplace.places_taken == 1
        ended = browser.post(
            f"/overeenkomsten/{agreement.pk}/beeindigen/",
            {"on": timezone.localdate().isoformat(), "reason": "Verhuisd", "searches": "on"},
        )
        assert ended.status_code == 302
        request.refresh_from_db()
        agreement.workplace.refresh_from_db()
        assert (request.status, request.agreement) == ("open", None)
        assert agreement.workplace.places_taken == 0

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"hours_per_week": "12"}, "hours_per_week"),
            ({"hours_per_week": ""}, "hours_per_week"),
            ({"pupil_reference": "Jan Peeters"}, "pupil_reference"),
            ({"kind": "x"}, "kind"),
            ({"mentor": "0"}, "mentor"),
            ({"starts_on": "2019-09-01"}, "starts_on"),
            ({"starts_on": "ooit"}, "starts_on"),
            ({"ends_on": "2099-01-01"}, "ends_on"),
        ],
    )
    def test_what_is_wrong_is_named(
        self, browser: Client, sent: Approach, changes: dict[str, Any], field: str
    ) -> None:
        response = self.make(browser, sent, **changes)
        assert response.status_code == 400
        assert field in response.context["form"].errors
        assert not Agreement.objects.exists()

    def test_the_last_place_is_told_to_be_gone(
        self, browser: Client, sent: Approach, places: list[Workplace]
    ) -> None:
        AgreementFactory(workplace=places[0])
        response = self.make(browser, sent)
        assert response.status_code == 400
        assert "niet meer vrij" in response.content.decode()

    def test_a_mentor_who_has_her_pupils_cannot_be_chosen(
        self, browser: Client, sent: Approach
    ) -> None:
        address = f"/contactnames/{sent.pk}/overeenkomst/"
        mentor = sent.establishment.mentors.get()
        assert f'value="{mentor.pk}" selected' in browser.get(address).content.decode()
        AgreementFactory.create_batch(2, mentor=mentor)
        page = browser.get(address).content.decode()
        assert f'value="{mentor.pk}" disabled' in page
        saw = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).first()
        assert (saw.object_id, saw.additional_data) == (mentor.pk, {"where": "agreement-terms"})
        assert "begeleidt al zoveel leerlingen" in page

    def test_two_coordinators_change_one_agreement(self, browser: Client, sent: Approach) -> None:
        self.make(browser, sent)
        agreement = Agreement.objects.get()
        address = f"/overeenkomsten/{agreement.pk}/wijzigen/"
        data = {
            "pupil_reference": "L-1",
            "kind": "oao",
            "starts_on": agreement.starts_on.isoformat(),
            "ends_on": agreement.ends_on.isoformat(),
            "mentor": agreement.mentor_id,
            "version": 0,
        }
        assert browser.post(address, data | {"hours_per_week": "30"}).status_code == 302
        overtaken = browser.post(address, data | {"hours_per_week": "24"})
        assert overtaken.status_code == 409
        page = overtaken.content.decode()
        assert 'value="24"' in page
        assert "30" in overtaken.context["form"].differences[0].saved
        assert 'name="version" value="1"' in page
        assert (
            browser.post(address, data | {"hours_per_week": "24", "version": 1}).status_code == 302
        )
        agreement.refresh_from_db()
        assert (agreement.hours_per_week, agreement.version) == (24, 2)

    def test_an_agreement_that_is_over_is_left_alone(self, browser: Client, campus: Campus) -> None:
        over = AgreementFactory(campus=campus, completed=True)
        assert browser.get(f"/overeenkomsten/{over.pk}/wijzigen/").status_code == 302
        ended = browser.post(
            f"/overeenkomsten/{over.pk}/beeindigen/", {"on": "2026-10-01", "reason": "x"}
        )
        assert ended.status_code == 400


def test_two_coordinators_edit_one_approach_and_nothing_typed_is_lost(
    browser: Client, sent: Approach, coordinator: User
) -> None:
    address = f"/contactnames/{sent.pk}/wijzigen/"
    seen = {"coordinator": coordinator.pk, "version": sent.version}
    assert browser.post(address, seen | {"note": "Van de eerste"}).status_code == 302
    page = browser.post(address, seen | {"note": "Van de tweede"})
    assert page.status_code == 409
    text = page.content.decode()
    assert "Van de eerste" in text
    assert "Van de tweede" in text
    sent.refresh_from_db()
    assert sent.note == "Van de eerste"
    again = {**seen, "note": "Van de tweede", "version": sent.version}
    assert browser.post(address, again).status_code == 302
    sent.refresh_from_db()
    assert sent.note == "Van de tweede"
    for wrong in ("x", "-1", ""):
        assert browser.post(address, seen | {"note": "x", "version": wrong}).status_code == 400


def test_templates_of_a_school(browser: Client, campus: Campus, house: Establishment) -> None:
    number = campus.school.number
    good = {"name": "Eerste", "language": "en", "subject": "A {opleiding}", "body": "{vestiging}"}
    address = f"/contactnames/sjablonen/{number}/nieuw/"
    for wrong in (
        {"subject": "{x}"},
        {"body": "{school.number}"},
        {"subject": "a\nb"},
        {"name": ""},
    ):
        response = browser.post(address, good | wrong | {"version": 0})
        assert response.status_code == 400
        assert wrong.keys() <= response.context["form"].errors.keys()
    assert browser.post(address, good | {"version": 0}).status_code == 302
    assert browser.post(address, good | {"version": 0}).status_code == 400  # the name is taken
    template = MessageTemplate.objects.get()
    question = {"campus": campus.key, "programme": 88, "establishment": house.pk}
    page = browser.get(NEW, question | {"template": template.pk})
    assert page.context["form"]["subject"].value() == "A {opleiding}"
    edit = f"/contactnames/sjablonen/{template.pk}/"
    assert browser.post(edit, good | {"body": "Anders", "version": 0}).status_code == 302
    assert browser.post(edit, good | {"body": "Nog anders", "version": 0}).status_code == 409
    browser.post(f"{edit}verwijderen/")
    assert not MessageTemplate.objects.exists()


def test_lists_filter_sort_page_and_download(
    browser: Client, campus: Campus, programme: Programme
) -> None:
    ApproachFactory.create_batch(30, campus=campus, programme=programme)
    ApproachFactory(campus=campus, answered=True, establishment__name="=Zaak")
    page = browser.get("/contactnames/lijst/")
    assert (page.context["page"].paginator.count, len(page.context["page"])) == (31, 25)
    assert len(browser.get("/contactnames/lijst/?page=2").context["page"]) == 6
    found = browser.get("/contactnames/lijst/", {"status": "answered", "q": "zaak"})
    assert found.context["page"].paginator.count == 1
    for query in ("sort=name", "sort=-sent", "sort=x", "mine=on", "due=on", "page=x"):
        assert browser.get(f"/contactnames/lijst/?{query}").status_code == 200
    for query in ("status=x", "programme=x", "campus=x", "campus=900001-1", "q=" + "x" * 101):
        assert browser.get(f"/contactnames/lijst/?{query}").status_code == 400
        assert browser.get(f"/contactnames/?{query}").status_code == 400
    rows = browser.get("/contactnames/lijst/?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 32
    assert any(row.startswith("'=Zaak;") for row in rows)
    AgreementFactory.create_batch(3, campus=campus)
    agreements = browser.get("/overeenkomsten/", {"status": "running", "sort": "name"})
    assert agreements.context["page"].paginator.count == 3
    book = load_workbook(BytesIO(browser.get("/overeenkomsten/?format=xlsx").content))
    assert len(list(book.active.values)) == 4  # type: ignore[union-attr]
    for query in ("status=x", "kind=x", "school_year=x", "campus=900001-1"):
        assert browser.get(f"/overeenkomsten/?{query}").status_code == 400


def test_another_schools_records_are_not_there(
    stranger: Client, browser: Client, sent: Approach, campus: Campus, house: Establishment
) -> None:
    shortlist = Shortlist.objects.create(campus=campus, programme=sent.programme)
    entry = shortlist.entries.create(establishment=house, position=1)
    template = MessageTemplate.objects.create(school=campus.school, name="x", subject="x", body="x")
    agreement = AgreementFactory(campus=campus, approach=sent, pupil_reference="GEHEIM-1")
    for address in (
        f"/shortlists/{shortlist.pk}/",
        f"/shortlists/{shortlist.pk}/verwijderen/",
        f"/contactnames/{sent.pk}/",
        f"/contactnames/{sent.pk}/overeenkomst/",
        f"/contactnames/sjablonen/{template.pk}/",
        f"/contactnames/sjablonen/{template.pk}/verwijderen/",
        f"/contactnames/sjablonen/{campus.school.number}/nieuw/",
        f"/contactnames/instellingen/{campus.school.number}/",
        f"/overeenkomsten/{agreement.pk}/",
        f"/overeenkomsten/{agreement.pk}/wijzigen/",
        "/contactnames/999999999/",
        "/overeenkomsten/999999999/",
    ):
        assert stranger.get(address).status_code == 404, address
    for address in (
        f"/shortlists/{shortlist.pk}/verwijderen/",
        f"/shortlists/{shortlist.pk}/{entry.pk}/plaats/",
        f"/shortlists/{shortlist.pk}/{entry.pk}/notitie/",
        f"/shortlists/{shortlist.pk}/{entry.pk}/verwijderen/",
        f"/contactnames/{sent.pk}/stap/",
        f"/contactnames/{sent.pk}/wijzigen/",
        f"/contactnames/{sent.pk}/overeenkomst/",
        f"/contactnames/sjablonen/{template.pk}/",
        f"/contactnames/sjablonen/{template.pk}/verwijderen/",
        f"/contactnames/instellingen/{campus.school.number}/",
        f"/overeenkomsten/{agreement.pk}/wijzigen/",
        f"/overeenkomsten/{agreement.pk}/beeindigen/",
    ):
        assert stranger.post(address, {"version": 0}).status_code == 404, address
    for address in ("/contactnames/", "/contactnames/lijst/", "/overeenkomsten/", "/shortlists/"):
        page = stranger.get(address).content.decode()
        assert "GEHEIM-1" not in page
        assert str(house) not in page
    assert stranger.get("/contactnames/lijst/?format=csv").content.count(b"\n") == 1
    sent.refresh_from_db()
    assert (sent.status, MessageTemplate.objects.count(), entry.pk) == ("sent", 1, entry.pk)
    # An entry of another list of one's own is not there either.
    other = Shortlist.objects.create(campus=campus, programme=RecognitionFactory().programme)
    wrong = f"/shortlists/{other.pk}/{entry.pk}/verwijderen/"
    assert browser.post(wrong).status_code == 404


@pytest.mark.parametrize("scale", [1, 12])
def test_pages_ask_a_bounded_number_of_queries(
    browser: Client, campus: Campus, programme: Programme, sent: Approach, scale: int
) -> None:
    shortlist = Shortlist.objects.create(campus=campus, programme=programme)
    recognitions = RecognitionFactory.create_batch(3 * scale, programme=programme)
    for number, recognition in enumerate(recognitions):
        shortlist.entries.create(establishment=recognition.establishment, position=number)
        ApproachFactory(establishment=recognition.establishment, programme=programme)
        agreement = AgreementFactory(
            campus=campus, workplace=WorkplaceFactory(recognition=recognition)
        )
    for status in ("planned", "sent", "answered", "interview", "agreed", "no_answer", "withdrawn"):
        ApproachFactory.create_batch(2 * scale, campus=campus, status=status, programme=programme)
    MessageTemplate.objects.bulk_create(
        MessageTemplate(school=campus.school, name=f"S{n}", subject="x", body="x")
        for n in range(2 * scale)
    )
    houses = "&".join(f"establishment={item.establishment_id}" for item in recognitions)
    for address in (
        "/contactnames/",
        "/contactnames/lijst/",
        f"/contactnames/{sent.pk}/",
        f"/contactnames/{sent.pk}/overeenkomst/",
        f"{NEW}?campus={campus.key}&programme=88&{houses}",
        "/contactnames/sjablonen/",
        f"/contactnames/instellingen/{campus.school.number}/",
        "/shortlists/",
        f"/shortlists/{shortlist.pk}/",
        "/overeenkomsten/",
        f"/overeenkomsten/{agreement.pk}/",
        f"/overeenkomsten/{agreement.pk}/wijzigen/",
    ):
        with CaptureQueriesContext(connection) as asked_of_database:
            assert browser.get(address).status_code == 200
        assert len(asked_of_database) <= MOST_QUERIES, address
