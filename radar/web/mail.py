"""E-mails: one template each, in the reader's language, as plain text and as HTML.

A mail waits in the outbox, which the administration shows, and goes out by Celery once the
transaction that wrote it is committed.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from post_office import mail


def send(
    template: str,
    to: str,
    context: Mapping[str, Any],
    *,
    language: str = settings.LANGUAGE_CODE,
    reply_to: str = "",
    unsubscribe_url: str = "",
) -> None:
    """Put a mail to one address into the outbox.

    `mail/{template}.txt` extends `mail/base.txt` and `mail/{template}.html` extends
    `mail/base.html`; the first line of the text is the subject. Every link in them starts with
    `site_url`. With `unsubscribe_url` (absolute), mail programs offer to end such mails in one
    click (RFC 8058).
    """
    with translation.override(language):
        known = {"site_url": settings.SITE_URL, "unsubscribe_url": unsubscribe_url, **context}
        text = render_to_string(f"mail/{template}.txt", known).strip()
        html = render_to_string(f"mail/{template}.html", known)
    subject, _, body = text.partition("\n")
    headers = {}
    if reply_to:
        headers["Reply-To"] = reply_to
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.send(
        to,
        subject=subject.strip(),
        message=body.strip() + "\n",
        html_message=html,
        headers=headers or None,
    )
