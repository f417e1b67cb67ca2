"""Numbers of the Crossroads Bank for Enterprises (KBO), normalised at the border.

An enterprise number has ten digits and starts with 0 or 1; python-stdnum checks it. An
establishment number starts with 2 to 8 and has the same check digits: the last two are 97 minus
the first eight modulo 97. Source: FPS Economy, domain page on the KBO numbers.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.be import vat
from stdnum.exceptions import ValidationError as StdnumError

ENTERPRISE_NUMBER_SHAPE = r"^[01]\d{9}$"
ESTABLISHMENT_NUMBER_SHAPE = r"^[2-8]\d{9}$"


def compact(number: str) -> str:
    """The digits of a number written with dots, spaces or a BE prefix: `0566.988.259`."""
    return re.sub(r"^BE", "", re.sub(r"[\s.\-/]", "", number.upper()))


def check_digits(first_eight: int) -> int:
    """The last two digits that belong to the first eight of a KBO number."""
    return 97 - first_eight % 97


def has_valid_check_digits(number: str) -> bool:
    """Whether ten digits end in the two that belong to the first eight."""
    return int(number[8:]) == check_digits(int(number[:8]))


def validate_enterprise_number(number: str) -> None:
    """Raise ValidationError unless this is a stored enterprise number with valid check digits."""
    try:
        valid = vat.validate(number) == number
    except StdnumError:
        valid = False
    if not valid:
        raise ValidationError(
            _(
                "“%(number)s” is no enterprise number: ten digits, starting with 0 or 1, with "
                "valid check digits."
            ),
            code="invalid_enterprise_number",
            params={"number": number},
        )


def validate_establishment_number(number: str) -> None:
    """Raise ValidationError unless this is a stored unit number with valid check digits."""
    if not (
        re.fullmatch(ESTABLISHMENT_NUMBER_SHAPE, number, re.ASCII)
        and has_valid_check_digits(number)
    ):
        raise ValidationError(
            _(
                "“%(number)s” is no establishment number: ten digits, starting with 2 to 8, with "
                "valid check digits."
            ),
            code="invalid_establishment_number",
            params={"number": number},
        )


def dotted(number: str) -> str:
    """A number as people read it: `0566.988.259` or `2.147.812.701`."""
    if number[0] in "01":
        return f"{number[:4]}.{number[4:7]}.{number[7:]}"
    return f"{number[0]}.{number[1:4]}.{number[4:7]}.{number[7:]}"
