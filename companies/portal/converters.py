"""Enterprise numbers in addresses."""


class EnterpriseNumber:
    """Ten digits, the first 0 or 1; anything else is no address of ours."""

    regex = r"[01][0-9]{9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
