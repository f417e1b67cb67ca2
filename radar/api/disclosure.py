"""That a client of the API read personal data: told to whoever keeps the audit log."""

from __future__ import annotations

from django.dispatch import Signal
from rest_framework.request import Request

from radar.api.callers import client_of
from radar.api.reader import Reader

#: Sent with the model of the records as `sender`, `client_id`, and `asked`: the path and its query.
personal_data_read = Signal()


def tell(request: Request, reader: Reader) -> None:
    """Send the signal for each kind of record whose personal data a client reads here."""
    if client := client_of(request):
        for resource in reader.personal():
            personal_data_read.send(
                sender=resource.records().model,
                client_id=client.client_id,
                asked=request.get_full_path(),
            )
