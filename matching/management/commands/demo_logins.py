"""`manage.py demo_logins`: who one can log in as in the demo region."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from fixtures.demo.credentials import PASSWORD
from fixtures.demo.users import logins


class Command(BaseCommand):
    help = "List the users of the demo region, with their password."

    def handle(self, *args: Any, **options: Any) -> None:
        found = logins()
        if not found:
            self.stdout.write("There are no demo users. `manage.py load_demo` makes them.")
            return
        table = Table(box=SIMPLE)
        table.add_column("e-mail address", no_wrap=True)
        table.add_column("role", no_wrap=True)
        table.add_column("acts for", overflow="fold")
        for login in found:
            table.add_row(login.email, login.role, login.acts_for)
        Console(file=sys.stdout).print(table)
        self.stdout.write(f"Password of all: {PASSWORD}")
