"""The coordinator's side of the field, cut by concept; gathers the models for Django."""

from placement.contact_settings import ContactSettings
from placement.error_reports import ErrorReport, ErrorSubject
from placement.for_companies.offers import PlaceOffer
from placement.message_templates import MessageTemplate
from placement.programming.dossiers import Dossier, DossierStage, SectorAdvice, Verdict
from placement.pupil_requests import PupilMode, PupilRequest, PupilRequestStatus
from placement.saved_searches import SavedSearch
from placement.shortlists import Shortlist, ShortlistEntry
from placement.training_days import SchoolClosure, TrainingWeek

__all__ = [
    "ContactSettings",
    "Dossier",
    "DossierStage",
    "ErrorReport",
    "ErrorSubject",
    "MessageTemplate",
    "PlaceOffer",
    "PupilMode",
    "PupilRequest",
    "PupilRequestStatus",
    "SavedSearch",
    "SchoolClosure",
    "SectorAdvice",
    "Shortlist",
    "ShortlistEntry",
    "TrainingWeek",
    "Verdict",
]
