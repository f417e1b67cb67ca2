"""What is kept of whom and for how long, handing it out, forgetting it, and who saw what."""

import json
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from axes.models import AccessLog
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import CASCADE
from django.test import Client
from django.utils import timezone
from post_office import mail

from accounts import personal_data, retention
from accounts.addresses import confirm
from accounts.models import User
from accounts.tasks import apply_retention
from companies.models import Agreement, Approach, CompanyMembership
from companies.portal.models import Claim, Invitation, RecognitionRequest, RequestDocument
from figures.forum.models import ForumMembership
from matching.scenarios import Scenario
from placement.models import PupilRequest, SavedSearch
from schools.models import SchoolMembership, SchoolYear
from tests.factories import (
    AgreementFactory,
    ApproachFactory,
    ClaimFactory,
    CompanyMembershipFactory,
    EstablishmentFactory,
    InvitationFactory,
    MentorFactory,
    ProgrammeFactory,
    ProvinceFactory,
    PupilRequestFactory,
    RecognitionFactory,
    SavedSearchFactory,
    SchoolMembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client: Client) -> User:
    """Somebody of whom everything is kept."""
    user = UserFactory(first_name="Fatma", last_name="Aydin", email="fatma@school.example")
    confirm(user)
    SchoolMembershipFactory(user=user)
    CompanyMembershipFactory(user=user, role="owner")
    ClaimFactory(user=user, motivation="Ik werk daar.")
    InvitationFactory(email=user.email)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "GEHEIM"})
    AccessLog.objects.create(username=user.email, ip_address="203.0.113.9", path_info="/")
    SavedSearchFactory(user=user)
    ForumMembership.objects.create(user=user, province=ProvinceFactory())
    ApproachFactory(coordinator=user)
    Scenario.objects.create(owner=user, name="Meer", school_year=SchoolYear.objects.current())
    mail.send(user.email, subject="Dag", message="Dag")
    client.force_login(user)
    return user


def test_everybody_reads_what_is_kept_and_for_how_long(client: Client) -> None:
    page = client.get("/privacy/").content.decode()
    for kept in personal_data.kinds():
        assert str(kept.days or "") in page
    assert "730 dagen" in page
    assert "verwijderen" not in page
    assert client.get("/en/privacy/").status_code == 200


def test_the_page_counts_what_the_file_holds(
    client: Client, user: User, django_assert_max_num_queries: Any
) -> None:
    ApproachFactory.create_batch(3, coordinator=user)
    with django_assert_max_num_queries(6):
        shown = client.get("/privacy/").context["rows"]
    held = personal_data.export(user)
    assert {kept.slug: n for kept, n in shown} == {slug: len(found) for slug, found in held.items()}


def test_a_user_gets_all_of_it_as_a_file(client: Client, user: User) -> None:
    assert "Mijn account verwijderen" in client.get("/privacy/").content.decode()
    response = client.get("/privacy/mijn-gegevens.json")
    assert "attachment" in response["Content-Disposition"]
    data = json.loads(response.content)
    assert {kind for kind, found in data.items() if not found} == {"requests", "audit_log"}
    assert {"companies.Approach", "coordinator"} <= set(data["named"][0].values())
    assert "GEHEIM" not in response.content.decode()
    assert data["account"][0]["first_name"] == "Fatma"


def test_deleting_forgets_the_person_and_keeps_what_others_rely_on(
    client: Client, user: User
) -> None:
    decided = ClaimFactory(
        decided_by=user, status="refused", reason="Nee", closed_at=timezone.now()
    )
    url = "/privacy/account-verwijderen/"
    assert client.post(url, {"email": "iemand@anders.example"}).status_code == 400
    client.post(url, {"email": "Fatma@school.example"})
    user.refresh_from_db()
    assert not user.is_active
    assert not EmailAddress.objects.filter(user=user).exists()
    own = SchoolMembership, CompanyMembership, ForumMembership, Authenticator, Scenario, SavedSearch
    for model in own:
        assert not model._default_manager.exists()
    assert not Claim.objects.filter(user=user).exists()
    assert not Invitation.objects.exists()
    decided.refresh_from_db()
    assert str(decided.decided_by) == "vroegere gebruiker"
    # Nothing anywhere names her any more.
    call_command("dumpdata", stdout=(out := StringIO()), verbosity=0)
    for word in ("Fatma", "Aydin", "fatma@school.example"):
        assert word not in out.getvalue()
    assert client.get("/profiel/").status_code == 302


def test_whatever_points_to_a_user_is_told_and_forgotten() -> None:
    """A new model that names a user is a kind of its own, or stays and says so."""
    whole = {
        relation.related_model._meta.label
        for relation in User._meta.get_fields(include_hidden=True)
        if getattr(relation, "on_delete", None) is CASCADE
    }
    assert whole == {
        "account.EmailAddress",
        "accounts.User_groups",
        "accounts.User_user_permissions",
        "admin.LogEntry",
        "companies.CompanyMembership",
        "forum.ForumMembership",
        "matching.Scenario",
        "mfa.Authenticator",
        "oauth2_provider.AccessToken",
        "oauth2_provider.DeviceGrant",
        "oauth2_provider.Grant",
        "oauth2_provider.IDToken",
        "oauth2_provider.RefreshToken",
        "placement.SavedSearch",
        "portal.Claim",
        "schools.SchoolMembership",
        "schools.SectorMembership",
        "socialaccount.SocialAccount",
    }


def test_the_last_owner_hands_over_first(client: Client, user: User) -> None:
    company = user.companymemberships.get().company
    CompanyMembershipFactory(company=company)
    url = "/privacy/account-verwijderen/"
    assert "enige eigenaar" in client.get(url).content.decode()
    assert client.post(url, {"email": user.email}).status_code == 400
    user.refresh_from_db()
    assert user.first_name == "Fatma"
    assert SchoolMembership.objects.filter(user=user).exists()


def test_an_administrator_deletes_an_account_as_its_owner_would(client: Client, user: User) -> None:
    client.force_login(UserFactory(administrator=True))
    action = {"action": "delete_accounts", "_selected_action": [user.pk]}
    page = client.post("/admin/accounts/user/", action, follow=True).content.decode()
    assert "is verwijderd" in page
    user.refresh_from_db()
    assert user.first_name == ""
    assert client.get(f"/admin/accounts/user/{user.pk}/delete/").status_code == 403


# What ends by itself ------------------------------------------------------------------------------


def days_ago(rule: str, more: int = 0) -> datetime:
    days = next(r.days for r in retention.rules() if r.slug == rule)
    return timezone.now() - timedelta(days=days + more)


def test_each_rule_ends_what_is_too_old_and_nothing_younger(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    for more in (-2, 2):
        ApproachFactory(
            note="Bel Jan", sent_on=days_ago("approach_notes", more).date(), answered_on=None
        )
        moment = days_ago("closed_claims", more)
        ClaimFactory(
            status="withdrawn", opened_at=moment - timedelta(1), closed_at=moment, expires_at=moment
        )
        moment = days_ago("ended_invitations", more)
        InvitationFactory(sent_at=moment - timedelta(14), expires_at=moment)
        entry = LogEntry.objects.log_create(MentorFactory(), force_log=True, action=3)
        LogEntry.objects.filter(pk=entry.pk).update(timestamp=days_ago("audit_log", more))
        decided = RecognitionFactory(decided_on=days_ago("request_documents", more).date())
        sent = RecognitionRequest.objects.create(
            establishment=decided.establishment,
            programme=decided.programme,
            recognition=decided,
            declared_at=timezone.now(),
        )
        file = ContentFile(b"%PDF-1.7", f"{more}.pdf")
        RequestDocument.objects.create(
            request=sent, kind="other", name=file.name, file=file, media_type="a/b", size=8
        )
        draft = RecognitionRequest.objects.create(
            establishment=EstablishmentFactory(), programme=ProgrammeFactory()
        )
        RecognitionRequest.objects.filter(pk=draft.pk).update(
            changed_at=days_ago("request_drafts", more)
        )
        attempt = AccessLog.objects.create(username="x@y.example", path_info="/")
        moment = days_ago("login_attempts", more)
        AccessLog.objects.filter(pk=attempt.pk).update(attempt_time=moment)
        made = UserFactory(date_joined=days_ago("unconfirmed_accounts", more))
        EmailAddress.objects.create(user=made, email=made.email, verified=False, primary=True)
    kept = UserFactory(date_joined=days_ago("unconfirmed_accounts", 900))
    confirm(kept)
    touched = apply_retention()
    assert list(Approach.objects.order_by("sent_on").values_list("note", flat=True)) == [
        "",
        "Bel Jan",
    ]
    assert Claim.objects.count() == Invitation.objects.count() == AccessLog.objects.count() == 1
    assert EmailAddress.objects.filter(verified=False).count() == 1
    assert (
        RequestDocument.objects.kept().count() == RecognitionRequest.objects.drafts().count() == 1
    )
    assert User.objects.filter(pk=kept.pk).exists()
    for rule in touched:
        if rule not in {"pupil_references", "pupil_requests", "audit_log"}:
            assert touched[rule] >= 1, rule
    # A second time there is nothing left to do.
    assert set(apply_retention().values()) == {0}


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        # The agreement ended in school year 2024-2025, which ended on 31 August 2025.
        (date(2026, 8, 30), "L-1"),
        (date(2026, 9, 1), "vergeten"),
    ],
)
def test_a_pupils_reference_goes_a_year_after_the_school_year(today: date, expected: str) -> None:
    for year in (2023, 2024, 2025, 2026):
        SchoolYear.objects.starting_in(year)
    ended = AgreementFactory(
        completed=True,
        pupil_reference="L-1",
        starts_on=date(2024, 9, 1),
        ends_on=date(2025, 3, 1),
    )
    running = AgreementFactory(pupil_reference="L-2", starts_on=date(2024, 9, 1))
    retention.apply_all(today)
    ended.refresh_from_db()
    running.refresh_from_db()
    assert (ended.pupil_reference, running.pupil_reference) == (expected, "L-2")


@pytest.mark.parametrize(("today", "left"), [(date(2026, 9, 29), 4), (date(2026, 9, 30), 2)])
def test_pupils_to_place_go_a_month_after_the_school_year(today: date, left: int) -> None:
    for year in (2025, 2026):
        SchoolYear.objects.starting_in(year)
        PupilRequestFactory(school_year_id=year)
        PupilRequestFactory(
            school_year_id=year,
            status="placed",
            closed_on=date(2026, 11, 20),
            agreement=AgreementFactory(),
        )
    retention.apply_all(today)
    assert PupilRequest.objects.count() == left
    assert Agreement.objects.count() == 2


def test_a_rehearsal_counts_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    ApproachFactory(note="Bel Jan", sent_on=date(2020, 1, 1), answered_on=None)
    call_command("apply_retention", "--dry-run")
    assert "730" in capsys.readouterr().out
    assert Approach.objects.get().note == "Bel Jan"


def test_a_rule_that_fails_keeps_no_other_from_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(last: date) -> int:
        raise RuntimeError("kapot")

    first, *others = retention.rules()
    broken = retention.Rule(first.slug, first.title, fail)
    monkeypatch.setattr(retention, "rules", lambda: [broken, *others])
    ApproachFactory(note="Bel Jan", sent_on=date(2020, 1, 1), answered_on=None)
    with pytest.raises(RuntimeError, match="kapot"):
        retention.apply_all(timezone.localdate())
    assert Approach.objects.get().note == ""


# Who saw and changed what -------------------------------------------------------------------------


def test_administrators_look_up_who_changed_and_saw_what(client: Client) -> None:
    administrator = UserFactory(administrator=True, first_name="Omer")
    client.force_login(administrator)
    mentor = MentorFactory(name="Jan Claes")
    form = {
        "establishment": mentor.establishment_id,
        "name": "Jan De Claes",
        "email": "",
        "_save": "",
    }
    assert client.post(f"/admin/companies/mentor/{mentor.pk}/change/", form).status_code == 302
    entry = LogEntry.objects.filter(action=LogEntry.Action.UPDATE).get()
    assert entry.actor == administrator
    assert entry.changes["name"] == ["Jan Claes", "Jan De Claes"]
    assert entry.remote_addr is None
    client.get(f"/admin/companies/mentor/{mentor.pk}/change/")
    saw = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).first()
    assert saw
    assert (saw.actor, saw.object_id) == (administrator, mentor.pk)
    page = client.get("/admin/auditlog/logentry/?action=3").content.decode()
    assert "Jan De Claes" in page
    assert client.get("/admin/auditlog/logentry/add/").status_code == 403
    assert client.get("/admin/auditlog/logentry/?q=Claes").status_code == 200


def test_the_log_tells_who_saw_a_mentor_and_forgets_her_with_her_removal(client: Client) -> None:
    member = CompanyMembershipFactory()
    mentor = MentorFactory(establishment__company=member.company, name="Jan Claes")
    client.force_login(member.user)
    client.get("/onderneming/mentoren/")
    saw = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).get()
    assert (saw.actor, saw.object_repr) == (member.user, "Jan Claes")
    client.post(f"/onderneming/mentoren/{mentor.pk}/verwijderen/")
    assert LogEntry.objects.filter(actor=member.user).count() > 1
    call_command("dumpdata", stdout=(out := StringIO()), verbosity=0)
    assert "Jan Claes" not in out.getvalue()


def test_who_is_no_administrator_reads_no_log(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/admin/auditlog/logentry/", follow=True).status_code == 403


def test_a_password_is_in_no_log() -> None:
    user = User.objects.create_user("an@radar.example", "geheim")
    user.set_password("anders")
    user.save()
    changes: Any = list(LogEntry.objects.values_list("changes", flat=True))
    assert "password" not in str(changes)
