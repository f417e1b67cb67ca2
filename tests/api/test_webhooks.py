"""Webhooks against a real server on this machine: signed, none lost, never into our network."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.models import ApiClient
from accounts.webhooks import feeding, hosts, sending, tasks
from accounts.webhooks.hosts import ForbiddenHostError, check_url, is_public
from accounts.webhooks.models import KEPT, WebhookDelivery, WebhookSubscription
from companies.models import Company
from radar.api import feed
from radar.api.scopes import FEEDS
from radar.api.urls import RESOURCES
from tests.api.clients import Caller
from tests.factories import CompanyFactory, UserFactory
from tests.stub_server import Stub, serve

#: The number of a company that is written by a transaction of its own.
LATE = "0123456749"
SCOPES = ["webhooks:read", "webhooks:write", "companies:read", "recognitions:read"]


@pytest.fixture(autouse=True)
def nobody_elses_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions are numbered per server: one of another test would hold the feed up."""

    def oldest_here() -> int:
        with connection.cursor() as cursor:
            cursor.execute("""
                SELECT coalesce(
                    min(backend_xid::text::bigint),
                    pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                )
                FROM pg_stat_activity
                WHERE datname = current_database() AND backend_xid IS NOT NULL
            """)
            return int(cursor.fetchone()[0])

    monkeypatch.setattr(feed, "_oldest_open_transaction", oldest_here)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Stub]:
    with serve() as stub:
        settings.WEBHOOK_PRIVATE_HOSTS = [stub.domain]
        yield stub


@pytest.fixture
def caller(db: Any) -> Caller:
    return Caller(SCOPES)


def send(caller: Client, method: str, url: str, body: Any) -> Any:
    return getattr(caller, method)(url, json.dumps(body), content_type="application/json")


def subscribe(caller: Client, stub: Stub, *resources: str, **more: Any) -> dict[str, Any]:
    body = {"url": f"{stub.url}/in?x=1", "resources": resources or ["companies"]} | more
    response = send(caller, "post", "/api/v1/webhooks", body)
    assert response.status_code == 201, response.json()
    found: dict[str, Any] = response.json()
    return found


def told(stub: Stub) -> list[dict[str, Any]]:
    return [json.loads(body) for body in stub.bodies]


def keys_told(stub: Stub) -> list[str]:
    return [change["key"] for body in told(stub) for change in body["data"].get("changes", ())]


def test_every_resource_with_a_feed_can_be_heard_of() -> None:
    assert {r.name: r.scope for r in RESOURCES if r.synchronised} == FEEDS


@pytest.mark.django_db(transaction=True)
def test_a_change_is_told_once_signed(caller: Caller, receiver: Stub) -> None:
    webhook = subscribe(caller, receiver, "companies", "recognitions")
    CompanyFactory(enterprise_number="0123456749")
    assert tasks.tend() == 1
    (body,) = told(receiver)
    assert (receiver.asked, body["type"]) == ([("/in", {"x": "1"})], "companies.changed")
    (change,) = body["data"]["changes"]
    assert (change["key"], change["change"]) == ("0123456749", "created")
    assert change["href"].endswith("/api/v1/companies/0123456749")

    sent, headers = receiver.bodies[0], receiver.headers[0]
    assert Webhook(webhook["secret"]).verify(sent, headers) == body
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook["secret"]).verify(sent + b" ", headers)
    assert tasks.tend() == 0
    follow = caller.get(f"/api/v1/companies/changes?cursor={body['data']['cursor']}").json()
    assert follow["items"] == []
    delivery = caller.get(webhook["deliveries"]).json()["items"][0]
    assert (delivery["status"], delivery["attempts"], delivery["lastStatus"]) == (
        "delivered",
        1,
        200,
    )
    assert delivery["id"] == headers["webhook-id"]


@pytest.mark.django_db(transaction=True)
def test_what_commits_late_is_told_too(caller: Caller, receiver: Stub) -> None:
    """Rounds go on while a transaction is open that began before others committed."""
    subscribe(caller, receiver)
    begun, committed = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            CompanyFactory(enterprise_number=LATE)
            begun.set()
            committed.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(10)
    quick = CompanyFactory().enterprise_number
    tasks.tend()
    committed.set()
    thread.join()
    late = CompanyFactory().enterprise_number
    tasks.tend()
    assert sorted(keys_told(receiver)) == sorted([quick, late, LATE])


@pytest.mark.django_db(transaction=True)
def test_many_changes_are_several_calls_and_wait_their_turn(
    caller: Caller, receiver: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "MOST", 2)
    monkeypatch.setattr(feeding, "MAX_PENDING", 2)
    subscribe(caller, receiver)
    made = [CompanyFactory().enterprise_number for _ in range(9)]
    for _ in range(4):
        tasks.tend()
    assert keys_told(receiver) == made
    assert [len(body["data"]["changes"]) for body in told(receiver)] == [2, 2, 2, 2, 1]


@pytest.mark.django_db(transaction=True)
def test_what_happens_to_a_key_is_one_change(caller: Caller, receiver: Stub) -> None:
    subscribe(caller, receiver)
    company, gone = CompanyFactory(), CompanyFactory()
    Company.objects.filter(pk=company.pk).update(name="Anders")
    gone.delete()
    tasks.tend()
    changes = told(receiver)[0]["data"]["changes"]
    assert [change["change"] for change in changes] == ["created", "deleted"]


@pytest.mark.django_db(transaction=True)
def test_it_is_tried_again_ever_later_until_it_arrives(caller: Caller, receiver: Stub) -> None:
    webhook = subscribe(caller, receiver)
    CompanyFactory()
    receiver.answer = lambda path, _: (503, {})
    now, waits = timezone.now(), []
    for _ in range(4):
        with time_machine.travel(now, tick=False):
            assert tasks.tend() == 1
            assert tasks.tend() == 0
            delivery = WebhookDelivery.objects.get()
            waits.append(delivery.next_attempt_at - now)
            now = delivery.next_attempt_at
    assert waits == sorted(waits)
    assert waits[0] >= timedelta(seconds=10)
    assert waits[3] >= timedelta(minutes=30)
    body = caller.get(webhook["href"]).json()
    assert (body["waiting"], body["enabled"]) == (1, True)
    assert body["failingSince"]
    receiver.answer = lambda path, _: (204, b"")
    with time_machine.travel(now, tick=False):
        tasks.tend()
    body = caller.get(webhook["href"]).json()
    assert body["waiting"] == 0
    assert "failingSince" not in body
    assert len({headers["webhook-id"] for headers in receiver.headers}) == 1


@pytest.mark.django_db(transaction=True)
def test_a_redirection_is_not_followed(caller: Caller, receiver: Stub) -> None:
    subscribe(caller, receiver)
    CompanyFactory()
    receiver.answer = lambda path, _: (307, {}, {"Location": f"{receiver.url}/elsewhere"})
    tasks.tend()
    assert len(receiver.asked) == 1
    assert WebhookDelivery.objects.get().last_status == 307


@pytest.mark.django_db(transaction=True)
def test_days_of_failure_switch_it_off_with_a_notice_and_lose_nothing(
    caller: Caller, receiver: Stub
) -> None:
    UserFactory(administrator=True, email="beheer@radar.example")
    webhook = subscribe(caller, receiver, contact="dienst@vdab.example")
    first = CompanyFactory().enterprise_number
    receiver.answer = lambda path, _: (500, {})
    tasks.tend()
    with time_machine.travel(timezone.now() + sending.PATIENCE + timedelta(hours=1)):
        caller.login_again()
        tasks.tend()
        body = caller.get(webhook["href"]).json()
        assert (body["enabled"], body["disabledReason"]) == (False, "failing")
        told_to = sorted(address for mail in Email.objects.all() for address in mail.to)
        assert told_to == ["beheer@radar.example", "dienst@vdab.example"]
        assert receiver.url in Email.objects.first().message
        second = CompanyFactory().enterprise_number
        assert tasks.tend() == 0
        receiver.answer = lambda path, _: {}
        receiver.bodies.clear()
        assert send(caller, "patch", webhook["href"], {"enabled": True}).json()["enabled"]
        tasks.tend()
    assert keys_told(receiver) == [first, second]


@pytest.mark.django_db(transaction=True)
def test_a_host_that_says_gone_is_called_no_more(caller: Caller, receiver: Stub) -> None:
    webhook = subscribe(caller, receiver)
    CompanyFactory()
    receiver.answer = lambda path, _: (410, {})
    tasks.tend()
    assert caller.get(webhook["href"]).json()["disabledReason"] == "gone"


@pytest.mark.django_db(transaction=True)
def test_a_call_is_sent_again_as_it_was(caller: Caller, receiver: Stub) -> None:
    webhook = subscribe(caller, receiver)
    CompanyFactory()
    tasks.tend()
    (delivery,) = caller.get(webhook["deliveries"]).json()["items"]
    again = f"{webhook['deliveries']}/{delivery['id']}:redeliver"
    response = caller.post(again, content_type="application/json")
    assert (response.status_code, response.json()["status"]) == (202, "pending")
    tasks.tend()
    assert receiver.bodies[0] == receiver.bodies[1]
    assert receiver.headers[0]["webhook-id"] == receiver.headers[1]["webhook-id"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_send_one_call_twice(caller: Caller, receiver: Stub) -> None:
    subscribe(caller, receiver)
    CompanyFactory()
    feeding.fill(WebhookSubscription.objects.get().pk)
    receiver.delay = 0.3
    (pk,) = WebhookDelivery.objects.values_list("pk", flat=True)

    def work() -> None:
        sending.send(pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(receiver.asked) == 1


@pytest.mark.django_db(transaction=True)
def test_a_secret_is_rotated_with_an_overlap(caller: Caller, receiver: Stub) -> None:
    webhook = subscribe(caller, receiver)
    rotated = caller.post(f"{webhook['href']}:rotateSecret", content_type="application/json").json()
    assert rotated["secret"] != webhook["secret"]
    assert "secret" not in caller.get(webhook["href"]).json()
    trial = caller.post(f"{webhook['href']}:test", content_type="application/json")
    assert trial.status_code == 202
    tasks.tend()
    for secret in (webhook["secret"], rotated["secret"]):
        assert Webhook(secret).verify(receiver.bodies[0], receiver.headers[0])["type"] == "test"
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert WebhookSubscription.objects.get().secrets() == [rotated["secret"]]


@pytest.mark.django_db(transaction=True)
def test_a_scope_taken_away_stops_the_calls_and_given_back_loses_none(
    caller: Caller, receiver: Stub
) -> None:
    subscribe(caller, receiver)
    ApiClient.objects.update(scopes=["webhooks:read"])
    made = CompanyFactory().enterprise_number
    assert tasks.tend() == 0
    ApiClient.objects.update(scopes=SCOPES)
    tasks.tend()
    assert keys_told(receiver) == [made]
    ApiClient.objects.get().revoke()
    CompanyFactory()
    assert tasks.tend() == 0


@pytest.mark.django_db(transaction=True)
def test_a_place_in_the_feed_that_is_gone_says_so(caller: Caller, receiver: Stub) -> None:
    subscribe(caller, receiver)
    with time_machine.travel(timezone.now() + feed.KEPT):
        tasks.tend()
        assert [body["type"] for body in told(receiver)] == ["companies.reset"]
        made = CompanyFactory().enterprise_number
        tasks.tend()
    assert keys_told(receiver) == [made]


@pytest.mark.django_db(transaction=True)
def test_a_quiet_place_in_the_feed_stays_fresh(caller: Caller, receiver: Stub) -> None:
    subscribe(caller, receiver)
    for day in range(0, 180, 30):
        with time_machine.travel(timezone.now() + timedelta(days=day)):
            assert tasks.tend() == 0


def test_calls_are_kept_for_a_month(caller: Caller, receiver: Stub) -> None:
    webhook = subscribe(caller, receiver)
    caller.post(f"{webhook['href']}:test", content_type="application/json")
    assert tasks.prune() == 0
    with time_machine.travel(timezone.now() + KEPT + timedelta(hours=1)):
        assert tasks.prune() == 1


# Whose, and what is refused ----------------------------------------------------------------------


def test_a_webhook_is_its_clients_only(caller: Caller, receiver: Stub) -> None:
    href = subscribe(caller, receiver)["href"]
    other = Caller(SCOPES)
    assert other.get(href).status_code == 404
    assert send(other, "patch", href, {"enabled": False}).status_code == 404
    assert other.delete(href).status_code == 404
    assert other.get(f"{href}/deliveries").status_code == 404
    for action in (":test", ":rotateSecret", f"/deliveries/{uuid4()}:redeliver"):
        response = other.post(f"{href}{action}", content_type="application/json")
        assert response.status_code == 404
    assert other.get("/api/v1/webhooks").json()["total"] == 0
    assert [item["href"] for item in caller.get("/api/v1/webhooks").json()["items"]] == [href]
    assert caller.get("/api/v1/webhooks/x").status_code == 404
    assert caller.delete(href).status_code == 204
    assert caller.get(href).status_code == 404


def test_it_needs_the_scopes(receiver: Stub, db: Any) -> None:
    reader = Caller(["webhooks:read", "companies:read"])
    body = {"url": receiver.url, "resources": ["companies"]}
    response = send(reader, "post", "/api/v1/webhooks", body)
    assert (response.status_code, response.json()["requiredScopes"]) == (403, ["webhooks:write"])
    response = send(
        Caller(SCOPES), "post", "/api/v1/webhooks", body | {"resources": ["workplaces"]}
    )
    assert (response.status_code, response.json()["requiredScopes"]) == (403, ["workplaces:read"])


def test_a_user_of_the_site_has_none(client: Client, db: Any) -> None:
    client.force_login(UserFactory(administrator=True))
    assert client.get("/api/v1/webhooks").status_code == 403


def test_a_client_has_ten_at_most(caller: Caller, receiver: Stub) -> None:
    for _ in range(10):
        subscribe(caller, receiver)
    body = {"url": receiver.url, "resources": ["companies"]}
    assert send(caller, "post", "/api/v1/webhooks", body).status_code == 409


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"url": None}, "url"),
        ({"url": 7}, "url"),
        ({"url": "no address"}, "url"),
        ({"url": "https://" + "a" * 500}, "url"),
        ({"resources": []}, "resources"),
        ({"resources": "companies"}, "resources"),
        ({"resources": ["sectors"]}, "resources"),
        ({"resources": [["companies"]]}, "resources"),
        ({"contact": "nobody"}, "contact"),
        ({"contact": ["a@b.example"]}, "contact"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_a_wrong_webhook_is_named(
    caller: Caller, receiver: Stub, change: dict[str, Any], name: str
) -> None:
    body = {"url": receiver.url, "resources": ["companies"]} | change
    response = send(caller, "post", "/api/v1/webhooks", body)
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == [name]


def test_what_is_missing_is_named(caller: Caller) -> None:
    response = send(caller, "post", "/api/v1/webhooks", {})
    assert [issue["name"] for issue in response.json()["issues"]] == ["url", "resources"]


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14/",  # no TLS
        "https://127.0.0.1/",
        "https://localhost/",
        "https://0.0.0.0/",
        "https://10.0.0.8/",
        "https://172.16.3.4/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://2130706433/",  # 127.0.0.1 as one number
        "https://0x7f.1/",
        "https://user:secret@93.184.215.14/",
        "https://93.184.215.14/#x",
        "https://exa mple.org/",
        "https://[/",
        "https://a:99999/",
        "ftp://93.184.215.14/",
        "file:///etc/passwd",
        "//93.184.215.14/",
        "https:///",
    ],
)
def test_an_address_that_is_not_public_is_refused_and_logged(
    caller: Caller, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"url": url, "resources": ["companies"]}
    response = send(caller, "post", "/api/v1/webhooks", body)
    assert response.status_code == 400
    assert [issue["name"] for issue in response.json()["issues"]] == ["url"]
    assert "was refused" in caplog.text
    assert not WebhookSubscription.objects.exists()


@pytest.mark.parametrize(("address", "public"), [("93.184.215.14", True), ("2606:4700::1", True)])
def test_public_addresses_are_known(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_only_listed_hosts_where_there_is_a_list(settings: Any, in_english: None) -> None:
    settings.WEBHOOK_HOSTS = ["93.184.215.14", "vdab.be"]
    assert check_url("https://93.184.215.14/").hostname == "93.184.215.14"
    with pytest.raises(ForbiddenHostError, match="not allowed"):
        check_url("https://8.8.8.8/")
    with pytest.raises(ForbiddenHostError, match="not allowed"):
        check_url("https://evilvdab.be/")


@pytest.mark.django_db(transaction=True)
def test_a_name_that_changes_after_it_was_looked_at_leads_nowhere(
    caller: Caller, receiver: Stub, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is made and when it is checked, ours when it is called."""
    settings.WEBHOOK_PRIVATE_HOSTS = []
    port = int(receiver.domain.partition(":")[2])
    answers = ["93.184.215.14"] * 2

    def lookup(host: str, port: int, **_: Any) -> list[Any]:
        address = answers.pop(0) if answers else "127.0.0.1"
        return [(2, 1, 6, "", (address, port))]

    monkeypatch.setattr(hosts.socket, "getaddrinfo", lookup)
    body = {"url": f"https://rebind.example:{port}/", "resources": ["companies"]}
    assert send(caller, "post", "/api/v1/webhooks", body).status_code == 201
    CompanyFactory()
    tasks.tend()
    assert receiver.asked == []
    assert "internet" in WebhookDelivery.objects.get().last_error


def test_an_administrator_sees_them_and_switches_them_off_and_on(
    client: Client, caller: Caller, receiver: Stub
) -> None:
    subscribe(caller, receiver)
    client.force_login(UserFactory(administrator=True))
    listing = reverse("admin:webhooks_webhooksubscription_changelist")
    assert receiver.url in client.get(listing).text
    chosen = {"_selected_action": [WebhookSubscription.objects.get().pk]}
    client.post(listing, chosen | {"action": "disable"})
    assert WebhookSubscription.objects.get().disabled_reason == "asked"
    client.post(listing, chosen | {"action": "enable"})
    assert WebhookSubscription.objects.get().disabled_at is None
