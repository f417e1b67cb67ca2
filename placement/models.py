"""The coordinator's side of the field, cut by concept; gathers the models for Django."""

from placement.error_reports import ErrorReport, ErrorSubject
from placement.programming.dossiers import Dossier, DossierStage, SectorAdvice, Verdict
from placement.pupil_requests import PupilMode, PupilRequest, PupilRequestStatus

__all__ = [
    "Dossier",
    "DossierStage",
    "ErrorReport",
    "ErrorSubject",
    "PupilMode",
    "PupilRequest",
    "PupilRequestStatus",
    "SectorAdvice",
    "Verdict",
]
