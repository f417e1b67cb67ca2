"""The Celery application: `celery -A radar worker` and `celery -A radar beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "radar.settings.local")

app = Celery("radar")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
