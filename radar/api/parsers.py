"""JSON bodies that somebody may have made to hurt: refused before they are looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from radar.api.problems import MAX_BYTES, PayloadTooLarge

#: A NUL as JSON escapes it; an escaped backslash before it is not that.
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class BoundedJSONParser(JSONParser):
    """JSON of at most 2 MB, of texts that a database can hold, nested no deeper than Python can."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        read = stream.read(MAX_BYTES + 1)
        if len(read) > MAX_BYTES:
            raise PayloadTooLarge
        try:
            data = super().parse(BytesIO(read), media_type, parser_context)
            # Half of a surrogate pair is JSON, and no text; a NUL is text, and no database's.
            if NUL.search(json.dumps(data, ensure_ascii=False).encode()):
                raise exceptions.ParseError(_("The body holds what is no text."))
        except RecursionError:
            raise exceptions.ParseError(_("The body is nested too deep.")) from None
        except UnicodeEncodeError:
            raise exceptions.ParseError(_("The body holds what is no text.")) from None
        return data
