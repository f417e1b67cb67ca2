"""What stops an import. The message is for its reader: what is wrong and what to do."""

from __future__ import annotations

from django.utils.functional import Promise

#: A text, or one that is translated when it is shown.
Text = str | Promise


class RefusedError(Exception):
    """The file as a whole is refused, and nothing of it was written."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class BusyError(RefusedError):
    """Another import of the same kind is under way."""
