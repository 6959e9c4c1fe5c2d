"""Which values of a configuration are secrets, and its text without them."""

import re
from collections.abc import Collection

_TAG = re.compile(r"""<[A-Za-z](?:[^<>"']|"[^"<]*"|'[^'<]*')*>""")
_ATTRIBUTE = re.compile(r"""(?<![\w-])(name|value|data)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_SECRET = re.compile(
    "passw(?:or)?d|passphrase|(?:^|[-_])pass$|^cred$|credentials|a1-hash|secret|token|(?:^|[-_])dsn$", re.IGNORECASE
)


def is_secret(name: str) -> bool:
    """Whether a setting of this name holds a secret."""
    return bool(_SECRET.search(name))


def secrets(text: str) -> list[str]:
    """The values that are secrets, in order."""
    return [value for _, value in map(_secret, _TAG.findall(text)) if value]


def masked(text: str, known: Collection[str], here: str, another: str) -> str:
    """The text with `here` in place of each secret that is in `known`, and `another` in place of any other one."""

    def mask(tag: re.Match[str]) -> str:
        span, value = _secret(tag[0])
        if not value:
            return tag[0]
        return f"{tag[0][: span[0]]}{here if value in known else another}{tag[0][span[1] :]}"

    return _TAG.sub(mask, text)


def _secret(tag: str) -> tuple[tuple[int, int], str]:
    """Where in the tag its secret stands, and the secret; '' if it has none."""
    found = {one[1]: one for one in _ATTRIBUTE.finditer(tag)}
    texts = {name: one[2] if one[2] is not None else one[3] for name, one in found.items()}
    if "value" in found and is_secret(texts.get("name", "")):
        return _span(found["value"]), texts["value"]
    # The preprocessor's way to set a variable.
    name, assigns, value = texts.get("data", "").partition("=")
    if assigns and is_secret(name):
        end = _span(found["data"])[1]
        return (end - len(value), end), value
    return (0, 0), ""


def _span(attribute: re.Match[str]) -> tuple[int, int]:
    return attribute.span(2 if attribute[2] is not None else 3)
