"""Run every benchmark, each in a database and a process of its own."""

import argparse
import os
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import psycopg.sql
from environs import Env
from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--scale", type=float, nargs="+", default=[1, 10])
    kinds = ["ranking", "kbo", "allocation", "radar", "api", "pages"]
    parser.add_argument("--only", choices=kinds, help="one of them")
    options = parser.parse_args()
    console = Console()
    if options.only in (None, "kbo"):
        console.rule("imports")
        command = [sys.executable, "-m", "tests.bench.kbo"]
        subprocess.run(command, env=_environment("radar_bench_kbo"), check=True)
    if options.only in (None, "allocation"):
        console.rule("allocation")
        subprocess.run([sys.executable, "-m", "tests.bench.allocation"], check=True)
    if options.only in (None, "radar"):
        console.rule("the region's radar")
        command = [sys.executable, "-m", "tests.bench.radar"]
        subprocess.run(command, env=_environment("radar_bench_radar"), check=True)
    if options.only in (None, "api"):
        console.rule("the API under load")
        environment = _environment("radar_bench_1")
        _fill(environment, 1)
        subprocess.run([sys.executable, "-m", "tests.bench.api"], env=environment, check=True)
    if options.only in (None, "pages"):
        console.rule("every page, as each user")
        environment = _environment("radar_bench_1")
        _fill(environment, 1)
        # What the clock does on a running site.
        for command in ("refresh_radar", "refresh_figures"):
            refresh = [sys.executable, "manage.py", command]
            subprocess.run(refresh, env=environment, check=True)
        subprocess.run([sys.executable, "-m", "tests.bench.pages"], env=environment, check=True)
    if options.only not in (None, "ranking"):
        return
    for scale in options.scale:
        environment = _environment(f"radar_bench_{scale:g}".replace(".", "_"))
        console.rule(f"demo region x {scale:g}")
        _fill(environment, scale)
        subprocess.run([sys.executable, "-m", "tests.bench.ranking"], env=environment, check=True)


def _fill(environment: dict[str, str], scale: float) -> None:
    """The demo region at a scale, where the database is empty."""
    for step in (
        ["migrate", "-v", "0"],
        ["load_reference"],
        ["load_demo", "--scale", f"{scale:g}", "--if-empty"],
    ):
        subprocess.run([sys.executable, "manage.py", *step], env=environment, check=True)


def _environment(name: str) -> dict[str, str]:
    """The environment of production, with a database of this name, made when it is new."""
    url = os.environ["DATABASE_URL"]
    database = Env().dj_db_url("DATABASE_URL")
    with psycopg.connect(
        host=database["HOST"] or None,
        port=database["PORT"] or None,
        user=database["USER"] or None,
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
        autocommit=True,
    ) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if not connection.execute(query, [name]).fetchone():
            connection.execute(
                psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
            )
    return os.environ | {
        "DATABASE_URL": url.rsplit("/", 1)[0] + f"/{name}",
        # Not the cache, the queue and the files of a site that runs beside it.
        "REDIS_URL": os.environ["REDIS_URL"].replace("?db=0", "?db=2"),
        "DATA_DIR": str(ROOT / ".local" / "bench"),
        "DJANGO_SETTINGS_MODULE": "radar.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "HTTPS": "false",
    }


if __name__ == "__main__":
    main()
