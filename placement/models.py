"""The coordinator's side of the field, cut by concept; gathers the models for Django."""

from placement.pupil_requests import PupilMode, PupilRequest, PupilRequestStatus

__all__ = ["PupilMode", "PupilRequest", "PupilRequestStatus"]
