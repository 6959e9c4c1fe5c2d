"""What people wrote, brought into a document so that neither FreeSWITCH nor a phone takes it for more than text."""

import re

# What a caller ID may be long: SIP over UDP has to fit into one datagram (RFC 3261 18.1.1).
LONGEST_NAME = 64
# Look-alikes for what FreeSWITCH acts on: it expands ${...} and $${...}, and its preprocessor drops every line with
# "x-pre-process" in any case, markup or not (switch_xml.c, 1.11.1).
_EXPANDED = str.maketrans({"$": "＄"})
_PREPROCESS = re.compile("(x)-(pre-process)", re.IGNORECASE)
# And for what sofia acts on in a display name (1.11.1): it URL-decodes it, line ends too (check_decode), quotes it
# without escaping, and takes away all before / and : and behind @ (switch_sanitize_number).
_ACTED_ON = str.maketrans({"%": "％", '"': "”", "\\": "＼", "/": "／", ":": "：", "@": "＠"})
# Cc, surrogates and what is no character (XML 1.0, 2.2), and whatever somebody takes for a line's end.
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")


def label(text: str) -> str:
    """A text on one line that FreeSWITCH leaves alone."""
    one_line = " ".join(_NOT_TEXT.sub(" ", text).split())
    return _PREPROCESS.sub("\\1\u2011\\2", one_line.translate(_EXPANDED))


def name(text: str) -> str:
    """A person's name as SIP carries it unharmed: at most `LONGEST_NAME` characters, for a caller ID."""
    return label(text).translate(_ACTED_ON)[:LONGEST_NAME].rstrip()
