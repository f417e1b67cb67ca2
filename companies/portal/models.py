"""The portal's models, cut by concept; this module gathers them for Django."""

from companies.portal.claims import Claim, ClaimProof, ClaimStatus
from companies.portal.invitations import Invitation, InvitedBy
from companies.portal.places.models import ConfirmationRequest
from companies.portal.requests.models import (
    DocumentKind,
    RecognitionRequest,
    ReminderStage,
    RenewalReminder,
    RequestDocument,
    RequestMentor,
)

__all__ = [
    "Claim",
    "ClaimProof",
    "ClaimStatus",
    "ConfirmationRequest",
    "DocumentKind",
    "Invitation",
    "InvitedBy",
    "RecognitionRequest",
    "ReminderStage",
    "RenewalReminder",
    "RequestDocument",
    "RequestMentor",
]
