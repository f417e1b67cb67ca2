"""Companies' side of the field, cut by concept; this module gathers the models for Django."""

from companies.approaches import (
    Approach,
    ApproachChannel,
    ApproachStatus,
    ApproachStep,
    DeclineReason,
    Side,
)
from companies.establishments import (
    Company,
    CompanyMembership,
    CompanyRole,
    Establishment,
    Exclusion,
    Transfer,
    WorkLanguage,
)
from companies.pupils import (
    Agreement,
    AgreementKind,
    AgreementStatus,
    Mentor,
)
from companies.recognitions import Recognition, RecognitionStatus, Workplace

__all__ = [
    "Agreement",
    "AgreementKind",
    "AgreementStatus",
    "Approach",
    "ApproachChannel",
    "ApproachStatus",
    "ApproachStep",
    "Company",
    "CompanyMembership",
    "CompanyRole",
    "DeclineReason",
    "Establishment",
    "Exclusion",
    "Mentor",
    "Recognition",
    "RecognitionStatus",
    "Side",
    "Transfer",
    "WorkLanguage",
    "Workplace",
]
