"""The portal's models, cut by concept; this module gathers them for Django."""

from companies.portal.claims import Claim, ClaimProof, ClaimStatus
from companies.portal.invitations import Invitation, InvitedBy

__all__ = ["Claim", "ClaimProof", "ClaimStatus", "Invitation", "InvitedBy"]
