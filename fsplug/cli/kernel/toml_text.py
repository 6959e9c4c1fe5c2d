"""Tables as TOML text, such as `fsplug apply` reads."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml(table: Mapping[str, Any]) -> str:
    """The document: first a table's own values, then its tables, each under its header."""
    return "\n".join(_lines(table, "")).lstrip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, value in table.items():
        if not _is_tables(value):
            yield f"{_key(name)} = {_value(value)}"
    for name, value in table.items():
        for one in value if _is_tables(value) else ():
            yield from ("", f"[[{path}{_key(name)}]]")
            yield from _lines(one, f"{path}{_key(name)}.")


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # TOML's basic strings, whole numbers and booleans are written as JSON writes them (TOML 1.0).
    return "".join(map(_visible, json.dumps(value, ensure_ascii=False)))


def _visible(char: str) -> str:
    """The character, spelled out where a terminal could act on it."""
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)
