"""The XML that the switch prints for a command."""

import re
import xml.etree.ElementTree as ElementTree

_DECLARATION = re.compile(r"^<\?xml[^>]*\?>")


def parsed(text: str) -> ElementTree.Element:
    """Its outermost element. ParseError if the text is not XML."""
    # The XML declares ISO-8859-1 but is UTF-8 (mod_sofia.c, 1.11.1).
    return ElementTree.fromstring(_DECLARATION.sub("", text.strip()))
