"""Companies' side of the field, cut by concept; this module gathers the models for Django."""

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
    Approach,
    ApproachStatus,
    Mentor,
)
from companies.recognitions import Recognition, RecognitionStatus, Workplace

__all__ = [
    "Agreement",
    "AgreementKind",
    "AgreementStatus",
    "Approach",
    "ApproachStatus",
    "Company",
    "CompanyMembership",
    "CompanyRole",
    "Establishment",
    "Exclusion",
    "Mentor",
    "Recognition",
    "RecognitionStatus",
    "Transfer",
    "WorkLanguage",
    "Workplace",
]
