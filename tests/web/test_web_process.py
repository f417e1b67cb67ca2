"""What a web process loads when it starts."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
#: What only the worker, a download or an engine of the settings needs: 150 MB together.
HEAVY = {"cafein", "matplotlib", "ortools", "pandas", "pyogrio", "scipy", "valhalla", "weasyprint"}
LOADED = """
import sys, django
django.setup()
import radar.urls
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_it_loads_no_library_that_few_requests_need() -> None:
    command = [sys.executable, "-W", "ignore", "-c", LOADED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()
