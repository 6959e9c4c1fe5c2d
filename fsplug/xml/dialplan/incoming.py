"""Numbers dialled from outside, as trunks write them: E.164 with a plus, with 00, or bare."""

import re

from fsplug.xml.dialplan.extensions import Incoming

_WRITTEN = "(?:[+]|00)?"


def e164(dialled: str) -> str | None:
    """The number a trunk asks for, or None if it is not a number."""
    found = re.fullmatch(f"{_WRITTEN}([1-9][0-9]{{1,14}})", dialled.removesuffix("\n"), re.ASCII)
    return f"+{found[1]}" if found else None


def extension(number: str, domain: str) -> Incoming:
    """The extension that leads a number (E.164) into its company."""
    return Incoming(number, f"{_WRITTEN}{number.removeprefix('+')}", domain)
