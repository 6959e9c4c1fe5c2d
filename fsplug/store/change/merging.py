"""Some fields given anew for an entry that is there."""

from collections.abc import Mapping
from typing import Any


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with the given fields replaced. None and () count as not given; an empty value removes the key."""
    changed = {name: value for name, value in given.items() if value is not None and value != ()}
    lists = {name: [one for one in value if one != ""] for name, value in changed.items() if isinstance(value, tuple)}
    return {name: value for name, value in {**before, **changed, **lists}.items() if value != ""}
