"""Text as people type it into forms."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of reading; tab and line feed stay."""


def cleaned(text: str) -> str:
    """Return typed text without control characters, with plain line ends, stripped."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()
