"""ETags: the same body, the same tag."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder


def etag_of(body: Any) -> str:
    """A strong tag of a body."""
    text = json.dumps(body, cls=JSONEncoder, sort_keys=True, ensure_ascii=False)
    return f'"{sha256(text.encode()).hexdigest()[:24]}"'


def matches(request: Request, header: str, etag: str) -> bool:
    """Whether a header (If-Match, If-None-Match) names this tag, or any."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get(header, "").split(",")]
    return "*" in tags or etag in tags
