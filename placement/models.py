"""The coordinator's side of the field, cut by concept; gathers the models for Django."""

from placement.programming.dossiers import Dossier, DossierStage, SectorAdvice, Verdict
from placement.pupil_requests import PupilMode, PupilRequest, PupilRequestStatus

__all__ = [
    "Dossier",
    "DossierStage",
    "PupilMode",
    "PupilRequest",
    "PupilRequestStatus",
    "SectorAdvice",
    "Verdict",
]
