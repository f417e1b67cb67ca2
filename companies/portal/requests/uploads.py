"""What is looked at before a document is kept: its size, its real type, and whether it is clean."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import IO

import clamd
import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

#: The types that are taken, with the ends of their names.
TYPES = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
}
SUFFIXES = tuple(suffix for suffixes in TYPES.values() for suffix in suffixes)
#: A type shows in the first bytes.
_HEAD = 4096
#: Seconds in which the virus scanner answers.
_PATIENCE = 30.0


def sniffed(head: bytes) -> str | None:
    """The media type that the first bytes of a file show; None for one that is not taken."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    # Only at its beginning: what has a PDF somewhere inside is another thing.
    best = found[0].mime_type if found else ""
    return best if best in TYPES else None


def check_upload(upload: UploadedFile) -> str:
    """The media type of an upload that may be kept.

    Raises ValidationError (codes `empty`, `too_large`, `type`, `mismatch`, `infected`,
    `not_scanned`): nothing is kept then.
    """
    if not upload.size:
        raise ValidationError(_("This file is empty."), code="empty")
    if upload.size > settings.DOCUMENT_MAX_BYTES:
        raise ValidationError(
            _("This file is larger than %(size)s MB."),
            code="too_large",
            params={"size": settings.DOCUMENT_MAX_BYTES >> 20},
        )
    upload.seek(0)
    media_type = sniffed(upload.read(_HEAD))
    upload.seek(0)
    if media_type is None:
        raise ValidationError(
            _("This is no PDF, JPEG, PNG or WebP, whatever its name says."), code="type"
        )
    if Path(upload.name or "").suffix.lower() not in TYPES[media_type]:
        raise ValidationError(
            _("The name ends in %(suffix)s, but the file is of another type (%(type)s)."),
            code="mismatch",
            params={"suffix": Path(upload.name or "").suffix[:12] or "–", "type": media_type},
        )
    if settings.CLAMD_ADDRESS:
        _scan(upload)
    upload.seek(0)
    return media_type


def _scan(stream: IO[bytes]) -> None:
    """Let ClamAV look at it. Where it cannot, nothing is kept: unknown is not clean."""
    stream.seek(0)
    try:
        answer = _scanner(settings.CLAMD_ADDRESS).instream(stream)
        verdict, what = answer["stream"]
    except (clamd.ClamdError, OSError, KeyError, TypeError) as error:
        logger.warning("ClamAV did not answer: %s", error)
        raise ValidationError(
            _("The virus scanner gives no answer, so nothing was kept. Try again later."),
            code="not_scanned",
        ) from None
    if verdict == "OK":
        return
    if verdict != "FOUND":
        logger.warning("ClamAV could not scan a file: %s", what)
        raise ValidationError(_("The virus scanner cannot read this file."), code="not_scanned")
    logger.warning("ClamAV found %s in an upload", what)
    raise ValidationError(
        _("The virus scanner found something in this file (%(what)s). It was not kept."),
        code="infected",
        params={"what": what},
    )


def _scanner(address: str) -> clamd.ClamdNetworkSocket:
    """The scanner at `host:port`, or at the path of a socket."""
    if address.startswith("/"):
        return clamd.ClamdUnixSocket(address, timeout=_PATIENCE)
    host, _colon, port = address.rpartition(":")
    return clamd.ClamdNetworkSocket(host or "127.0.0.1", int(port), timeout=_PATIENCE)
