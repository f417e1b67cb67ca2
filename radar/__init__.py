"""The Radar Duaal project: settings, API root and web shell shared by every app."""

from radar.celery import app as celery_app

__all__ = ["celery_app"]
