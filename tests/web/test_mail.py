"""Mails wait in the outbox with both parts until they are sent."""

from pathlib import Path
from typing import Any

import pytest
from django.core import mail as sent
from post_office.models import STATUS, Email

from radar.web import mail


@pytest.fixture(autouse=True)
def greeting(tmp_path: Path, settings: Any) -> None:
    """A mail template of the test's own."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/greeting.txt").write_text(
        '{% extends "mail/base.txt" %}{% block subject %}Dag {{ name }}{% endblock %}'
        "{% block body %}Welkom, {{ name }}.{% endblock %}"
    )
    (tmp_path / "mail/greeting.html").write_text(
        '{% extends "mail/base.html" %}{% block body %}<h1>Dag {{ name }}</h1>{% endblock %}'
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]


@pytest.mark.django_db
def test_a_mail_has_a_subject_and_two_parts() -> None:
    mail.send("greeting", "anna@example.org", {"name": "Anna & Co"})
    assert not sent.outbox
    Email.objects.get().dispatch()
    (message,) = sent.outbox
    assert (message.subject, message.to) == ("Dag Anna & Co", ["anna@example.org"])
    assert "Welkom, Anna & Co." in message.body
    assert "<h1>Dag Anna &amp; Co</h1>" in message.alternatives[0][0]
    assert Email.objects.get().status == STATUS.sent


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("nl", "niet meer ontvangen"), ("en", "no more")])
def test_it_can_be_ended_in_one_click(language: str, words: str) -> None:
    mail.send(
        "greeting", "a@example.org", {"name": "A"}, language=language, unsubscribe_url="https://x/1"
    )
    waiting = Email.objects.get()
    assert waiting.headers["List-Unsubscribe"] == "<https://x/1>"
    assert words in waiting.message
    assert words in waiting.html_message


@pytest.mark.django_db
def test_a_line_break_in_what_is_filled_in_makes_no_header() -> None:
    mail.send("greeting", "a@example.org", {"name": "A\nBcc: b@example.org"})
    waiting = Email.objects.get()
    assert waiting.subject == "Dag A"
    assert not waiting.headers
