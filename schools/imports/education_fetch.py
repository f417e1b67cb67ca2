"""From the education API into our tables: fetch whole lists, then import them as one file.

The records go to a temporary file of JSON Lines first, joined and otherwise as they came. So no
transaction waits for the network, a list that breaks off imports nothing, and what is imported is a
file like any other, with a hash and a place in the history.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from imports.errors import BusyError
from imports.frame import COMPLETE
from imports.models import ImportRun, RunStatus
from imports.progress import Progress
from imports.runs import carry_out, new_run
from schools.imports.education_api import EducationApi, EducationApiError
from schools.imports.education_records import is_dual
from schools.models import SchoolType

Record = dict[str, Any]

SCHOOLS = "instellingsgegevens/instelling/v2/instelling"
CAMPUSES = "instellingsgegevens/instellingslocatie/v1/instellingslocatie"
OFFERINGS = "instellingsgegevens/onderwijsaanbod_so/v2/ingerichteadministratievegroep"
GROUPS = "instellingsgegevens/onderwijsaanbod_so/v2/administratievegroep"
ENROLMENTS = "instellingsgegevens/inschrijvingsaantal_so/v1/inschrijvingsaantal"
PROGRAMMES = "kwalificaties-en-curriculum/structuuronderdelen/v2/structuuronderdeelgroep"

#: What the names of the files begin with; the history tells by it when we last fetched.
PREFIX = "education-api-"
#: The day of a change is known and not its hour, and clocks differ.
OVERLAP = timedelta(days=1)


def schools(api: EducationApi, since: date | None) -> Iterator[Record]:
    """Campuses with what is said of their schools; only of schools changed since a day, if given.

    One list per type of school: asking by main structure 311 would leave out the centres, Syntra
    and special schools. Of campuses the API tells no changes, so all are read.
    """
    changed = {"zoek_instelling_gewijzigd_sinds": since.isoformat()} if since else {}
    found = {
        school["instelling_nummer"]: school
        for kind in SchoolType.values
        for school in api.records(SCHOOLS, filter_instelling_type=kind, **changed)
        if "instelling_nummer" in school
    }
    if not found:
        return
    for campus in api.records(CAMPUSES):
        if school := found.get(campus.get("instelling_nummer")):
            yield {**school, **campus}


def programmes(api: EducationApi, since: date | None) -> Iterator[Record]:
    """The groups of programmes."""
    return api.records(PROGRAMMES)


def _with_group(api: EducationApi, path: str) -> Iterator[Record]:
    """The records of a list that are about a dual programme, with what the catalogue says of it."""
    groups = {
        group["administratievegroep_code"]: group for group in api.records(GROUPS) if is_dual(group)
    }
    for record in api.records(path):
        if group := groups.get(record.get("administratievegroep_code")):
            yield {**group, **record}


def offerings(api: EducationApi, since: date | None) -> Iterator[Record]:
    """Who offers which year of a programme where."""
    return _with_group(api, OFFERINGS)


def enrolments(api: EducationApi, since: date | None) -> Iterator[Record]:
    """Pupils per year of a programme and school."""
    return _with_group(api, ENROLMENTS)


@dataclass(frozen=True)
class Subject:
    """A kind of import that the API can feed."""

    fetch: Callable[[EducationApi, date | None], Iterator[Record]]
    #: Whether the whole list names everything, so that what it leaves out has ended.
    is_complete: bool
    #: Whether the API can be asked for what changed.
    tells_changes: bool = False


#: In the order in which they need each other.
SUBJECTS: Mapping[str, Subject] = {
    "programmes": Subject(programmes, is_complete=True),
    "schools": Subject(schools, is_complete=True, tells_changes=True),
    "offerings": Subject(offerings, is_complete=True),
    "enrolments": Subject(enrolments, is_complete=False),
}


def last_fetched(kind: str) -> date | None:
    """From when to ask for changes: the day before the last import from here that went in."""
    run = (
        ImportRun.objects.of_kind(kind)
        .filter(status=RunStatus.DONE, is_dry_run=False, file_name__startswith=PREFIX)
        .order_by("-created_at")
        .first()
    )
    return timezone.localdate(run.created_at) - OVERLAP if run else None


@contextmanager
def fetched(kind: str, api: EducationApi, since: date | None = None) -> Iterator[Path | None]:
    """A file with the records of a kind, for as long as it is needed; None when there are none.

    Raises EducationApiError.
    """
    with TemporaryDirectory(prefix=PREFIX) as folder:
        path = Path(folder) / f"{PREFIX}{kind}-{timezone.localdate().isoformat()}.jsonl"
        with path.open("w", encoding="utf-8") as stream:
            for record in SUBJECTS[kind].fetch(api, since):
                # Escaped, so that whatever the API sends can be written.
                stream.write(json.dumps(record) + "\n")
        yield path if path.stat().st_size else None


def fetch(
    kind: str,
    api: EducationApi,
    *,
    since: date | None = None,
    is_dry_run: bool = False,
    options: Mapping[str, bool] | None = None,
    user: User | None = None,
    progress: Progress | None = None,
) -> ImportRun | None:
    """Fetch one kind and import it; None when nothing changed since a day.

    Without `since` the list is complete and ends what it leaves out, within the cap on endings.
    Raises EducationApiError and BusyError.
    """
    subject = SUBJECTS[kind]
    since = since if subject.tells_changes else None
    with fetched(kind, api, since) as path:
        if path is None and since is not None:
            return None
        if path is None:
            raise EducationApiError(
                _("The education API gave an empty list. Nothing was imported.")
            )
        choices = {COMPLETE.name: True} if subject.is_complete and since is None else {}
        run = new_run(
            kind,
            path,
            user=user,
            is_dry_run=is_dry_run,
            options={**choices, **(options or {})},
        )
        try:
            return carry_out(run, path, progress)
        except BusyError:
            run.delete()
            raise
