"""Where a webhook may lead: to public hosts, and to no machine of ours.

A name is looked up when the webhook is made and once more when it is called; the call goes to the
very address that was looked at, so that a name which changes in between leads nowhere. Redirections
are not followed, and no proxy is asked, for it would look the name up by itself.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import create_connection

#: Seconds to connect, and between two bytes of an answer.
PATIENCE = Timeout(connect=3.0, read=10.0)
#: IPv6 that stands for IPv4 elsewhere: 6to4, Teredo, NAT64.
TUNNELS = tuple(map(IPv6Network, ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48")))


class ForbiddenHostError(Exception):
    """An address that no webhook may have; the message says why."""


def check_url(url: str) -> SplitResult:
    """The parts of an address that a webhook may have. Raises ForbiddenHostError for any other."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ForbiddenHostError(_("This is no address.")) from None
    private = _is_exempt(host, port)
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise ForbiddenHostError(_("The address starts with https://."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ForbiddenHostError(_("The address holds a user, a password or a fragment."))
    if not re.fullmatch(r"[!-~]+", url) or not re.fullmatch(r"[a-z0-9.:-]{1,253}", host):
        raise ForbiddenHostError(_("This is no address."))
    if settings.WEBHOOK_HOSTS and not private and not _is_listed(host):
        raise ForbiddenHostError(_("Webhooks to this host are not allowed."))
    addresses(host, port or (443 if parts.scheme == "https" else 80))
    return parts


def addresses(host: str, port: int) -> list[str]:
    """The IP addresses of a host. Raises ForbiddenHostError unless each of them is public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ForbiddenHostError(_("There is no host with this name.")) from None
    known = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not _is_exempt(host, port) and not all(map(is_public, known)):
        raise ForbiddenHostError(_("This host is not on the public internet."))
    return known


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet, and no tunnel to somewhere else."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif any(ip in tunnel for tunnel in TUNNELS):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _is_exempt(host: str, port: int | None) -> bool:
    """Whether the settings let webhooks into our own network here."""
    return f"{host}:{port}" in settings.WEBHOOK_PRIVATE_HOSTS or (
        host in settings.WEBHOOK_PRIVATE_HOSTS
    )


def _is_listed(host: str) -> bool:
    """Whether it is one of the allowed hosts, or a name below one."""
    return any(host == one or host.endswith(f".{one}") for one in settings.WEBHOOK_HOSTS)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body there; the status of the answer, of which nothing else is read.

    Raises ForbiddenHostError, and urllib3's HTTPError for a host that does not answer.
    """
    parts = check_url(url)
    pool_class = _TlsPool if parts.scheme == "https" else _Pool
    target = parts._replace(scheme="", netloc="").geturl() or "/"
    with pool_class(parts.hostname or "", parts.port, timeout=PATIENCE, retries=False) as pool:
        response = pool.urlopen(
            "POST", target, body, dict(headers), redirect=False, preload_content=False
        )
        response.close()
        return response.status


def _connect(connection: HTTPConnection) -> socket.socket:
    """A connection to an address that was just found to be allowed."""
    port = connection.port
    address = addresses(connection.host, port)[0]
    return create_connection(
        (address, port), connection.timeout, socket_options=connection.socket_options
    )


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _TlsConnection(HTTPSConnection):
    """The certificate is that of the name, wherever the name leads."""

    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection
