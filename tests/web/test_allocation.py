"""The allocation pages: lists in the background, proposals accepted, refused and given back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from accounts.models import User
from companies.models import Agreement, Workplace
from companies.planned import plan
from matching import proposals
from matching.allocation_jobs import AllocationJob, carry_out
from matching.jobs import JobStatus
from matching.tasks import allocate, tend_allocation_jobs
from schools.models import Campus, Programme, SchoolYear
from tests.factories import CampusFactory, ProgrammeFactory, SchoolMembershipFactory
from tests.matching.region import scatter

ADDRESS = "/toewijzing/"


@pytest.fixture
def places(db: None, programme: Programme) -> None:
    """Forty establishments around the campus, each with one place."""
    scatter(programme, seed=1, n=40)
    Workplace.objects.update(places_offered=1)


def ask(browser: Client, campus: Campus, pupils: str, **more: Any) -> Any:
    """The answer to a list: the form that was refused, or the page of the proposals."""
    question = {
        "campus": campus.key,
        "school_year": SchoolYear.objects.current().name,
        "method": "best",
        "list": pupils,
    }
    return browser.post(ADDRESS, question | more, follow=True)


def page_of(response: Any) -> str:
    return str(response.request["PATH_INFO"])


@pytest.mark.usefixtures("places")
def test_proposals_write_nothing_until_one_is_accepted(browser: Client, campus: Campus) -> None:
    nowhere = ProgrammeFactory.create()
    header = "referentie;opleiding;;km"
    page = ask(browser, campus, f"{header}\nL-1;88;;60\nL-2;88;;60\nL-3;{nowhere.number};;60")
    assert page.context["report"].proposals.placed == 2
    assert page.context["unplaced"] == 1
    assert not Agreement.objects.exists()
    accept = f"{page_of(page)}aanvaarden/"
    again = browser.post(accept, {"accept": ["0", "2", "99", "-1", "x"]}, follow=True)
    assert [planned for _, planned in again.context["lines"]] == [True, False, False]
    agreement = Agreement.objects.get()
    assert (agreement.status, agreement.pupil_reference) == ("planned", "L-1")
    assert agreement.workplace.places_free == 0
    browser.post(accept, {"accept": "0"})
    assert Agreement.objects.count() == 1

    for _ in range(2):
        browser.post(f"{ADDRESS}{agreement.pk}/teruggeven/")
    agreement.refresh_from_db()
    assert agreement.status == "ended_early"
    assert Workplace.objects.get(pk=agreement.workplace_id).places_taken == 0


@pytest.mark.usefixtures("places")
def test_what_was_taken_meanwhile_is_told_and_the_rest_goes_on(
    browser: Client, campus: Campus
) -> None:
    page = ask(browser, campus, "L-1;88;;60\nL-2;88;;60")
    first = page.context["report"].lines[0].recognition
    plan(campus, first.pk, SchoolYear.objects.current(), "L-9", timezone.localdate())
    then = browser.post(f"{page_of(page)}aanvaarden/", {"accept": ["0", "1"]}, follow=True)
    texts = [str(message) for message in then.context["messages"]]
    assert len(texts) == 2
    assert texts[0].startswith("L-1:")
    assert [planned for _, planned in then.context["lines"]] == [False, True]


@pytest.mark.usefixtures("places")
def test_a_list_of_several_campuses_tells_how_each_school_fared(
    browser: Client, coordinator: User, campus: Campus
) -> None:
    other = CampusFactory.create(metres_east=2_000)
    text = f"L-1;88;;30\nL-1;88;;30;{other.key}"
    assert ask(browser, campus, text).status_code == 400
    SchoolMembershipFactory.create(user=coordinator, school=other.school)
    page = ask(browser, campus, text)
    assert {row.school for row in page.context["report"].schools} == {campus.school, other.school}
    assert page.context["report"].proposals.fairness == 1
    assert str(other) in page.content.decode()


@pytest.mark.usefixtures("places")
def test_who_has_no_place_is_shown_apart_and_what_would_help(
    browser: Client, campus: Campus
) -> None:
    page = ask(browser, campus, "\n".join(f"L-{i};88;;9" for i in range(12)))
    unplaced = browser.get(page_of(page), {"show": "unplaced"}).context["lines"]
    assert 0 < len(unplaced) == page.context["unplaced"]
    for line, _ in unplaced:
        assert line.why
        assert line.farther
    assert len(browser.get(page_of(page), {"show": "placed"}).context["lines"]) == 12 - len(
        unplaced
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Jan Peeters;88",
        "L-1;geen",
        "L-1;88;abc",
        "L-1;88;;-1",
        "L-1;88;;9;999999-1",
        "L-1;88\nL-1;88",
    ],
)
def test_a_wrong_line_is_named_and_the_list_kept(
    browser: Client, campus: Campus, text: str
) -> None:
    response = ask(browser, campus, text)
    assert response.status_code == 400
    assert response.context["form"].errors.keys() == {"list"}
    assert response.context["form"]["list"].value() == text
    assert not AllocationJob.objects.exists()


@pytest.mark.usefixtures("places")
def test_the_download_is_a_spreadsheet(browser: Client, campus: Campus) -> None:
    address = page_of(ask(browser, campus, "L-1;88;;60"))
    response = browser.get(address, {"format": "csv"})
    assert response["Content-Type"].startswith("text/csv")
    assert "L-1;" in response.content.decode("utf-8-sig")
    response = browser.get(address, {"format": "xlsx"})
    _header, row = load_workbook(BytesIO(response.content)).active.values
    assert row[0] == "L-1"


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_file_is_a_list_too(browser: Client, campus: Campus, suffix: str) -> None:
    content = BytesIO()
    if suffix == "csv":
        content.write(b"km,opleiding,referentie\n60,88,L-7\n")
    else:
        workbook = Workbook()
        for row in (["km", "opleiding", "referentie"], ["60", "88", "L-7"]):
            workbook.active.append(row)
        workbook.save(content)
    file = SimpleUploadedFile(f"leerlingen.{suffix}", content.getvalue())
    page = ask(browser, campus, "", file=file)
    assert [line.pupil.reference for line, _ in page.context["lines"]] == ["L-7"]


@pytest.mark.usefixtures("places")
def test_another_schools_campus_lists_and_places_are_not_there(
    browser: Client, campus: Campus
) -> None:
    workplace = Workplace.objects.first()
    assert workplace is not None
    year = SchoolYear.objects.current()
    agreement = plan(campus, workplace.recognition_id, year, "L-1", timezone.localdate())
    address = page_of(ask(browser, campus, "L-2;88;;60"))
    stranger = Client()
    stranger.force_login(SchoolMembershipFactory.create().user)
    assert ask(stranger, campus, "L-1;88").status_code == 400
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}aanvaarden/", {"accept": "0"}).status_code == 404
    assert stranger.post(f"{address}vergeten/").status_code == 404
    assert stranger.post(f"{ADDRESS}{agreement.pk}/teruggeven/").status_code == 404
    assert "L-1" not in stranger.get(ADDRESS).content.decode()
    assert AllocationJob.objects.count() == 1


@pytest.mark.usefixtures("places")
def test_a_coordinator_who_left_accepts_nothing(
    browser: Client, coordinator: User, campus: Campus
) -> None:
    address = page_of(ask(browser, campus, "L-1;88;;60"))
    coordinator.schoolmemberships.all().delete()
    browser.post(f"{address}aanvaarden/", {"accept": "0"})
    assert not Agreement.objects.exists()


@pytest.mark.usefixtures("places")
def test_the_page_says_how_far_a_list_is_and_survives_a_reload(
    browser: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allocate, "delay", lambda pk: None)
    page = ask(browser, campus, "L-1;88;;60")
    assert "hx-get" in page.content.decode()
    job = AllocationJob.objects.get()
    told: list[tuple[int, int]] = []
    original = proposals.find_candidates

    def watched(*args: Any) -> Any:
        job.refresh_from_db()
        told.append((job.done, job.total))
        assert "<progress" in browser.get(page_of(page)).content.decode()
        return original(*args)

    monkeypatch.setattr(proposals, "find_candidates", watched)
    assert carry_out(job.pk)
    assert told == [(0, 2)]
    fragment = browser.get(page_of(page), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "hx-get" not in fragment
    assert carry_out(job.pk) is False


@pytest.mark.usefixtures("places")
def test_a_list_is_forgotten_when_asked_and_after_a_day(browser: Client, campus: Campus) -> None:
    address = page_of(ask(browser, campus, "L-1;88;9000;60"))
    job = AllocationJob.objects.get()
    assert job.pupils == [["L-1", campus.pk, Programme.objects.get().pk]]
    browser.post(f"{address}vergeten/")
    assert not AllocationJob.objects.exists()
    assert browser.get(address).status_code == 404

    ask(browser, campus, "L-1;88;;60")
    assert tend_allocation_jobs() == 0
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert tend_allocation_jobs() == 1


@pytest.mark.usefixtures("places")
def test_a_list_that_is_forgotten_while_it_runs_stops(
    browser: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allocate, "delay", lambda pk: None)
    page = ask(browser, campus, "L-1;88;;60")
    job = AllocationJob.objects.get()
    original = proposals.find_candidates

    def forgotten(*args: Any) -> Any:
        browser.post(f"{page_of(page)}vergeten/")
        return original(*args)

    monkeypatch.setattr(proposals, "find_candidates", forgotten)
    assert carry_out(job.pk) is False
    assert not AllocationJob.objects.exists()


@pytest.mark.usefixtures("places")
def test_a_list_whose_worker_died_is_taken_up_and_one_that_fails_says_so(
    browser: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(allocate, "delay", lambda pk: None)
        page = ask(browser, campus, "L-1;88;;60")
    AllocationJob.objects.update(status=JobStatus.RUNNING)
    tend_allocation_jobs()
    job = AllocationJob.objects.get()
    assert not job.is_finished
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        tend_allocation_jobs()
    job.refresh_from_db()
    assert job.is_done

    AllocationJob.objects.update(status=JobStatus.WAITING, finished_at=None)
    monkeypatch.setattr(proposals, "find_candidates", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        carry_out(job.pk)
    job.refresh_from_db()
    assert (job.status, job.pupils) == (JobStatus.FAILED, [])
    assert browser.get(page_of(page)).status_code == 200


@pytest.mark.usefixtures("places")
def test_a_few_lists_at_a_time(
    browser: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allocate, "delay", lambda pk: None)
    answers = [ask(browser, campus, "L-1;88;;60").status_code for _ in range(4)]
    assert answers == [200, 200, 200, 400]


@pytest.mark.django_db
def test_mentors_limit_what_is_accepted(campus: Campus, programme: Programme) -> None:
    scatter(programme, seed=1, n=2)
    Workplace.objects.update(places_offered=9)
    recognition, year = Workplace.objects.get().recognition_id, SchoolYear.objects.current()
    for reference in ("L-1", "L-2"):  # one mentor, two pupils
        plan(campus, recognition, year, reference, timezone.localdate())
    with pytest.raises(ValidationError, match="mentor"):
        plan(campus, recognition, year, "L-3", timezone.localdate())


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_taken_once(campus: Campus, programme: Programme) -> None:
    scatter(programme, seed=1, n=40)
    workplace = Workplace.objects.first()
    assert workplace is not None
    Workplace.objects.filter(pk=workplace.pk).update(places_offered=1)
    year = SchoolYear.objects.current()

    def take(reference: str) -> bool:
        try:
            plan(campus, workplace.recognition_id, year, reference, timezone.localdate())
        except ValidationError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(take, ["L-1", "L-2", "L-3", "L-4"]))
    assert sum(taken) == 1
    assert Agreement.objects.count() == 1
