"""What is done with a request: started, submitted, completed, withdrawn, renewed.

Each action checks, changes, and tells who must know, in one transaction. Who may do it is looked
at by the views (`RecognitionRequest.objects.of`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.decisions import supplement
from companies.eligibility import competent_sector, obstacles_to_request, renewed_by_request
from companies.models import Establishment, Mentor, Recognition, RecognitionStatus
from companies.notices import Notice, Reader, company_readers, school_readers, sector_readers, tell
from companies.portal.requests.models import RecognitionRequest, RequestDocument, RequestMentor
from companies.portal.requests.steps import progress
from companies.portal.requests.uploads import check_upload
from schools.models import Programme, School

#: Documents of one request.
MOST_DOCUMENTS = 20
#: Mentor training is followed within a year of the recognition.
TRAINING_WITHIN = timedelta(days=365)


@transaction.atomic
def start(
    establishment: Establishment,
    programme: Programme,
    user: User,
    today: date,
    school: School | None = None,
) -> RecognitionRequest:
    """Start a request, or go on with the draft that there is.

    A request for what is recognised and ends soon renews it, prefilled from the last time. Raises
    ValidationError with every reason why none can be made.
    """
    Establishment.objects.select_for_update().get(pk=establishment.pk)
    if obstacles := list(obstacles_to_request(establishment, programme, today)):
        raise ValidationError(obstacles)
    drafts = RecognitionRequest.objects.drafts().filter(
        establishment=establishment, programme=programme, school=school
    )
    if (draft := drafts.first()) is not None:
        return draft
    request = RecognitionRequest.objects.create(
        establishment=establishment,
        programme=programme,
        school=school,
        renews=renewed_by_request(establishment, programme, today),
        created_by=user,
    )
    _prefill(request)
    return request


def _prefill(request: RecognitionRequest) -> None:
    """Answers and mentors of the last time; without one, the mentors of the establishment."""
    earlier = None
    if request.renews_id:
        earlier = RecognitionRequest.objects.filter(recognition=request.renews_id).first()
    if earlier is not None:
        request.answers = earlier.answers
        request.save(update_fields=["answers", "changed_at"])
    if not request.renews_id:
        return
    RequestMentor.objects.bulk_create(
        RequestMentor(
            request=request,
            mentor=mentor,
            name=mentor.name,
            email=mentor.email,
            years_of_experience=mentor.years_of_experience or 0,
            trained_on=mentor.trained_on,
        )
        for mentor in {m.name: m for m in request.establishment.mentors.all()}.values()
    )


@transaction.atomic
def add_document(
    request: RecognitionRequest, upload: UploadedFile, kind: str, user: User
) -> RequestDocument:
    """Keep an upload that is what it says and is clean; raises ValidationError for another."""
    RecognitionRequest.objects.select_for_update().get(pk=request.pk)
    if request.documents.count() >= MOST_DOCUMENTS:
        raise ValidationError(
            _("A request holds at most %(most)s documents."), params={"most": MOST_DOCUMENTS}
        )
    media_type = check_upload(upload)
    document = RequestDocument(
        request=request,
        kind=kind,
        name=(upload.name or "")[-150:],
        file=upload,
        media_type=media_type,
        size=upload.size or 0,
        added_by=user,
    )
    document.full_clean()
    document.save()
    request.save(update_fields=["changed_at"])
    return document


@transaction.atomic
def remove_document(document: RequestDocument) -> None:
    """Take a document out of a request that can still be changed; its file goes with it."""
    _delete_later([document.file])
    document.delete()


def _delete_later(files: list[FieldFile]) -> None:
    """Delete files once the transaction is through; a rolled back one keeps them."""
    for file in files:
        if file:
            transaction.on_commit(lambda file=file: file.storage.delete(file.name))  # type: ignore[misc]


@transaction.atomic
def discard(request: RecognitionRequest) -> None:
    """Delete a draft with its documents."""
    _delete_later([document.file for document in request.documents.all()])
    request.delete()


def _check_complete(request: RecognitionRequest) -> None:
    if lacking := [text for step in progress(request) for text in step.lacks]:
        raise ValidationError(lacking, code="lacking")


@transaction.atomic
def submit(request: RecognitionRequest, message: str, user: User, today: date) -> Recognition:
    """Send a draft to the competent partnership, which has 14 days from today.

    Raises ValidationError with all that it lacks; then nothing is sent and nothing changes.
    """
    found = _locked(request)
    if not found.is_draft:
        raise ValidationError(_("This request was sent already."), code="sent")
    Establishment.objects.select_for_update().get(pk=found.establishment_id)
    _check_complete(found)
    recognition = Recognition(
        establishment=found.establishment,
        programme=found.programme,
        sector=competent_sector(found.establishment),
        status=RecognitionStatus.REQUESTED,
        requested_on=today,
    )
    recognition.full_clean(exclude=("establishment", "programme", "sector"))
    recognition.save()
    found.recognition = recognition
    _declare(found, message, user)
    company = company_readers(found.establishment.company, found.establishment)
    page = ("recognition", recognition.pk)
    if found.school is not None:
        tell(Notice.RECEIVED_FROM_SCHOOL, company, recognition, *page, school=found.school)
        tell(Notice.RECEIVED, school_readers(found.school), recognition, *page)
    else:
        tell(Notice.RECEIVED, company, recognition, *page)
    to = sector_readers(recognition.sector)
    tell(Notice.TO_DECIDE, to, recognition, "review-record", recognition.pk, reason=message)
    return recognition


@transaction.atomic
def complete(request: RecognitionRequest, message: str, user: User, today: date) -> Recognition:
    """Send back a request that was incomplete: its clock goes on. Raises like `submit`."""
    found = _locked(request)
    if found.recognition is None or not found.is_editable:
        raise ValidationError(_("This request is not waiting for you."), code="transition")
    _check_complete(found)
    recognition = supplement(found.recognition, today)
    _declare(found, message, user)
    to = sector_readers(recognition.sector)
    tell(Notice.COMPLETED, to, recognition, "review-record", recognition.pk, reason=message)
    return recognition


def _locked(request: RecognitionRequest) -> RecognitionRequest:
    return RecognitionRequest.objects.listed().select_for_update(of=("self",)).get(pk=request.pk)


def _declare(request: RecognitionRequest, message: str, user: User) -> None:
    request.message, request.declared_by = message.strip(), user
    request.declared_at = timezone.now()
    request.save()


def people_of(recognition: Recognition) -> list[Reader]:
    """Who hears what becomes of a recognition: the company, and the school that asked for it."""
    establishment = recognition.establishment
    found = company_readers(establishment.company, establishment)
    request = RecognitionRequest.objects.filter(recognition=recognition).first()
    if request is not None and request.school is not None:
        found = [*found, *school_readers(request.school)]
    return found


def keep_mentors(recognition: Recognition, today: date) -> None:
    """Make the mentors whom the request names mentors of the establishment.

    Who has no mentor training yet follows one within a year. Mentors who were there are brought up
    to date.
    """
    for named in RequestMentor.objects.filter(request__recognition=recognition):
        mentors = recognition.establishment.mentors
        mentor = named.mentor or mentors.filter(name=named.name).first()
        if mentor is None:
            mentor = Mentor(establishment=recognition.establishment, name=named.name)
        mentor.email = named.email or mentor.email
        mentor.years_of_experience = named.years_of_experience
        mentor.trained_on = named.trained_on or mentor.trained_on
        if mentor.trained_on is None and mentor.training_due_on is None:
            mentor.training_due_on = today + TRAINING_WITHIN
        mentor.save()


def answers_of(data: Mapping[str, str]) -> dict[str, str]:
    """The answers of a self-scan as a request keeps them: only those given."""
    return {slug: answer for slug, answer in data.items() if answer}
