"""Makes text that people wrote safe for a document: neither FreeSWITCH nor a phone takes it for anything but text."""

import re

# The longest caller ID: SIP over UDP must fit into one datagram (RFC 3261 18.1.1).
LONGEST_NAME = 64
# Look-alikes for what FreeSWITCH acts on: it expands ${...} and $${...}, and its preprocessor drops every line with
# "x-pre-process" in any case, markup or not (switch_xml.c, 1.11.1).
_EXPANDED = str.maketrans({"$": "＄"})
_PREPROCESS = re.compile("(x)-(pre-process)", re.IGNORECASE)
# Look-alikes for what sofia acts on in a display name (1.11.1): it URL-decodes the name, even line ends (check_decode),
# quotes it without escaping, and removes everything before / and : and after @ (switch_sanitize_number).
_ACTED_ON = str.maketrans({"%": "％", '"': "”", "\\": "＼", "/": "／", ":": "：", "@": "＠"})
# Control characters, surrogates, non-characters (XML 1.0, 2.2), and everything that some program reads as a line end.
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")


def label(text: str) -> str:
    """The text on one line that FreeSWITCH does not interpret."""
    one_line = " ".join(_NOT_TEXT.sub(" ", text).split())
    return _PREPROCESS.sub("\\1\u2011\\2", one_line.translate(_EXPANDED))


def name(text: str) -> str:
    """A person's name as SIP carries it unharmed: at most `LONGEST_NAME` characters, for a caller ID."""
    return label(text).translate(_ACTED_ON)[:LONGEST_NAME].rstrip()
