"""Whether anything changed since a set was imported, without reading the set again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from imports import located
from imports.staging import fetch


def fingerprint() -> str:
    """Of all that the outcome of a file depends on: another one when any of it differs.

    Our companies and establishments, the extract in the mirror, the postal codes, and these rules.
    """
    ((found,),) = fetch(
        """
        SELECT string_agg(total::text, ' ') FROM (
            SELECT sum(hashtextextended(t::text, 0)::numeric) AS total FROM companies_company t
            UNION ALL
            SELECT sum(hashtextextended(t::text, 0)::numeric) FROM companies_establishment t
            UNION ALL
            SELECT sum(hashtextextended(t::text, 0)::numeric) FROM geo_postalcode t
            UNION ALL
            SELECT sum(hashtextextended(t::text, 0)::numeric) FROM companies_kbo_extract t
        ) sums
        """
    )
    digest = hashlib.sha1(str(found).encode(), usedforsecurity=False)
    for path in (*sorted(Path(__file__).parent.glob("kbo*.py")), Path(located.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
