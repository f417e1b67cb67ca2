"""What an API client may be allowed to do: a scope per resource and direction."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Personal data (names, e-mail addresses and telephone numbers of people) needs this one as well.
CONTACTS = "contacts:read"

SCOPES: dict[str, str | Promise] = {
    "programmes:read": _("read programmes and sectors"),
    "municipalities:read": _("read municipalities"),
    "schools:read": _("read schools and campuses"),
    "offerings:read": _("read offerings"),
    "offerings:write": _("write offerings"),
    "companies:read": _("read companies and establishments"),
    "recognitions:read": _("read recognitions"),
    "recognitions:write": _("write decisions on recognitions"),
    "workplaces:read": _("read workplaces"),
    "workplaces:write": _("write places offered"),
    "matches:read": _("read matches"),
    "opportunities:read": _("read opportunities"),
    "webhooks:read": _("read its webhooks"),
    "webhooks:write": _("make and change its webhooks"),
    "statistics:read": _("read statistics"),
    CONTACTS: _("read e-mail addresses and telephone numbers"),
}

#: The resources of which changes are kept (`radar.api.feed`), and the scope to hear of them.
FEEDS = {
    "schools": "schools:read",
    "campuses": "schools:read",
    "offerings": "offerings:read",
    "companies": "companies:read",
    "establishments": "companies:read",
    "recognitions": "recognitions:read",
    "workplaces": "workplaces:read",
}
