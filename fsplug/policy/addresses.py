"""E-mail addresses: which of them mail can be sent to, and how to recognise two spellings of one address."""

import re

# RFC 5321, 4.5.3.1: octets of a local part and of a path without its brackets.
LONGEST_LOCAL, LONGEST = 64, 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_TOP = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
# Python's codec follows IDNA 2003, which turns these characters into other domains than IDNA 2008 does (RFC 5894, 7.2).
_OTHER_DOMAINS = frozenset("\u00df\u1e9e\u03c2\u200c\u200d")
SAYS = "write it like anna@acme.example"


def normalised(text: str) -> str | None:
    """The address as mail is sent to it, its domain in lower case and in ASCII (RFC 5890); None if `text` is not an
    address.

    Local parts that are quoted or not ASCII are refused: too few servers accept them.
    """
    local, at, domain = text.rpartition("@")
    # Encoded words (RFC 2047) would be decoded on the way, and could become anything.
    if not at or not _LOCAL.fullmatch(local) or len(local) > LONGEST_LOCAL or "=?" in local:
        return None
    ascii_domain = _in_ascii(domain)
    if ascii_domain is None or len(local) + 1 + len(ascii_domain) > LONGEST:
        return None
    return f"{local}@{ascii_domain}"


def same(text: str) -> str:
    """The form that all spellings of an address share: sign-in ignores case."""
    return (normalised(text) or text).casefold()


def _in_ascii(domain: str) -> str | None:
    if len(domain) > LONGEST or not _OTHER_DOMAINS.isdisjoint(domain):
        return None
    try:
        found = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    labels = found.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or not _TOP.fullmatch(labels[-1]):
        return None
    return found
