"""Recorded talks for the list of recordings."""

import re
from typing import Any

from tests.store.cast import ACME
from tests.store.story import decided, sealed, seen, started, stopped

ANNA = {"username": "1001", "extension": "1001", "name": "Anna", "department": "Sales", "records": True, "numbers": []}
BO = {**ANNA, "username": "1002", "extension": "1002", "name": "Bo", "department": "Support"}
NOW = 1_800_000_000.0
DAY = 86_400.0


def recorded_talk(call: str, caller: Any, answerer: Any, at: float, **others: Any) -> list[Any]:
    """A recorded talk; a party is a user's facts or a number."""
    ends = [one if isinstance(one, dict) else None for one in (caller, answerer)]
    texts = [one["extension"] if isinstance(one, dict) else one for one in (caller, answerer)]
    parties = [{"user": user, "numbers": [text]} for user, text in zip(ends, texts, strict=True)]
    direction = "internal" if all(ends) else "outgoing" if ends[0] else "incoming"
    inputs = {"company": ACME, "caller": parties[0], "answerer": parties[1]}
    user = next(one["username"] for one in ends if one)
    given = {"caller": texts[0], "answerer": texts[1], "direction": direction, "user": user, "inputs": inputs, **others}
    return [
        seen(call, at=at),
        decided(call, at=at, group=None, **given),
        started(call, at=at),
        stopped(call, at + 7),
        sealed(call, at + 8),
    ]


def calls_on(page: str) -> list[str]:
    return re.findall(r'href="/recordings/([a-z-]+)-rec[?"]', page)
