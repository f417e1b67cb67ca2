"""A set of KBO Open Data into our tables, beside what one would write first.

Every part runs in a process of its own, so that its peak memory is its own. The others get a tenth
of the set: at the whole of it they would run for hours.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from companies.models import Company, Establishment  # noqa: E402
from imports.models import ImportRun  # noqa: E402
from imports.runs import carry_out, new_run  # noqa: E402
from tests.companies.kbo_set import large_set  # noqa: E402

UNITS, ROWS = 200_000, 2_000_000


def ours(path: Path) -> int:
    run = carry_out(new_run("kbo", path), path)
    assert run.status == "done", run.message
    return ROWS


def records(path: Path) -> Iterator[dict[str, str]]:
    """A row per establishment of the set, as one would gather it first: in dictionaries."""
    with zipfile.ZipFile(path) as archive:

        def read(name: str) -> Iterator[dict[str, str]]:
            with archive.open(name) as stream:
                yield from csv.DictReader(io.TextIOWrapper(stream, "utf-8"))

        names = {row["EntityNumber"]: row["Denomination"] for row in read("denomination.csv")}
        addresses = {
            row["EntityNumber"]: row
            for row in read("address.csv")
            if row["TypeOfAddress"] == "BAET"
        }
        for row in read("establishment.csv"):
            number, company = row["EstablishmentNumber"], row["EnterpriseNumber"]
            address = addresses[number]
            yield {
                "unit_number": number.replace(".", ""),
                "enterprise_number": company.replace(".", ""),
                "company_name": names[company],
                "name": names.get(number, names[company]),
                "street": address["StreetNL"],
                "house_number": address["HouseNumber"],
                "postal_code": address["Zipcode"],
            }


def update_or_create(path: Path) -> int:
    with transaction.atomic():
        for row in records(path):
            company, _ = Company.objects.update_or_create(
                enterprise_number=row["enterprise_number"], defaults={"name": row["company_name"]}
            )
            Establishment.objects.update_or_create(
                unit_number=row["unit_number"],
                defaults={
                    "company": company,
                    **{n: row[n] for n in ("name", "street", "house_number", "postal_code")},
                },
            )
    return ROWS // 10


def import_export(path: Path) -> int:
    from import_export import resources
    from tablib import Dataset

    class CompanyResource(resources.ModelResource):
        class Meta:
            model = Company
            import_id_fields = ("enterprise_number",)
            fields = ("enterprise_number", "name")
            use_bulk = True
            skip_unchanged = True

    class EstablishmentResource(resources.ModelResource):
        class Meta:
            model = Establishment
            import_id_fields = ("unit_number",)
            fields = ("unit_number", "company", "name", "street", "house_number", "postal_code")
            use_bulk = True
            skip_unchanged = True

    rows = list(records(path))
    companies = {row["enterprise_number"]: row["company_name"] for row in rows}
    done = CompanyResource().import_data(
        Dataset(*companies.items(), headers=["enterprise_number", "name"]), raise_errors=True
    )
    assert not done.has_errors()
    keys = dict(Company.objects.values_list("enterprise_number", "pk"))
    names = ("unit_number", "company", "name", "street", "house_number", "postal_code")
    table = Dataset(headers=list(names))
    for row in rows:
        table.append(
            [row["unit_number"], keys[row["enterprise_number"]], *(row[n] for n in names[2:])]
        )
    EstablishmentResource().import_data(table, raise_errors=True)
    return ROWS // 10


PARTS: dict[str, tuple[Callable[[Path], int], str]] = {
    "ours": (ours, "whole"),
    "ours, the same file again": (ours, "whole"),
    "ours, the next full set": (ours, "next"),
    "import-export, a tenth": (import_export, "tenth"),
    "update_or_create, a tenth": (update_or_create, "tenth"),
}


#: These find the data of the part before them.
AFTER_ANOTHER = ("ours, the same file again", "ours, the next full set")


def measure(name: str, path: Path) -> None:
    """Run a part in this process and print what it took."""
    start = time.perf_counter()
    rows = PARTS[name][0](path)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"rows": rows, "seconds": seconds, "memory": memory}))


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE companies_company, imports_importrun, companies_kbo_extract CASCADE"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.part:
        measure(options.part, options.file)
        return
    console = Console()
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        sets = {
            "whole": large_set(Path(folder) / "whole.zip", UNITS, ROWS),
            "next": large_set(Path(folder) / "next.zip", UNITS, ROWS, extract=2),
            "tenth": large_set(Path(folder) / "tenth.zip", UNITS // 10, ROWS // 10),
        }
        empty()
        for name, (_part, size) in PARTS.items():
            if name not in AFTER_ANOTHER:
                empty()
            command = [sys.executable, "-m", "tests.bench.kbo", "--part", name]
            done = subprocess.run(
                [*command, "--file", str(sets[size])], capture_output=True, text=True, check=True
            )
            results[name] = json.loads(done.stdout.splitlines()[-1])
    assert ImportRun.objects.count() == 0
    empty()
    per_row = {name: r["seconds"] / r["rows"] for name, r in results.items()}
    table = Table("KBO Open Data", "rows", "seconds", "rows/s", "peak MB", "x ours")
    for name, r in results.items():
        table.add_row(
            name,
            f"{r['rows']:,}",
            f"{r['seconds']:.1f}",
            f"{r['rows'] / r['seconds']:,.0f}",
            f"{r['memory']:.0f}",
            f"{per_row[name] / per_row['ours']:.2f}",
        )
    console.print(table)


if __name__ == "__main__":
    main()
