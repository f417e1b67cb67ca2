"""Gates on the whole project that need no page and no data."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.django_db
def test_no_model_change_is_without_its_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_deployment_check_is_clean() -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "radar.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(60),
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY"])
def test_production_refuses_to_start_without(name: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != name}
    environment["DJANGO_SETTINGS_MODULE"] = "radar.settings.production"
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert name in done.stderr
