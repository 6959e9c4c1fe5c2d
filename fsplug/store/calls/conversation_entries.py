"""What becomes of calls beside their talks, as entries of the ledger. Times are epoch seconds (UTC)."""

from collections.abc import Sequence
from dataclasses import dataclass

from fsplug.store.calls.entries import JournalEntry


@dataclass(frozen=True, slots=True)
class CallJoined(JournalEntry):
    """The call is part of the conversation that the call `conversation` began; what is known latest counts."""

    kind = "call-joined"
    call: str
    company: str
    conversation: str
    at: float


@dataclass(frozen=True, slots=True)
class CallChanged(JournalEntry):
    """A call changed: `change` says how (`fsplug.policy.conversation.events.Change`). `until` may follow in a second
    entry.

    `user` and `number` are of the person on `leg`, whose partner is `other`.
    """

    kind = "call-changed"
    id: str
    company: str
    call: str
    change: str
    at: float
    leg: str
    other: str | None = None
    user: str | None = None
    number: str = ""
    how: str | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class ConsentTaken(JournalEntry):
    """Somebody was told or asked about being recorded, or withdrew their consent (`fsplug.policy.consent`).

    `user` and `number` are of the person on `leg`; `prompt` is what was said, in each of `languages`, by the files with
    these `hashes` (SHA-256). `by_user` withdrew it for somebody else, by this door.
    """

    kind = "consent-taken"
    id: str
    company: str
    call: str
    leg: str
    number: str
    user: str | None
    form: str
    result: str
    at: float
    until: float | None = None
    ivr: str | None = None
    languages: Sequence[str] = ()
    hashes: Sequence[str] = ()
    prompt: str = ""
    pressed: str = ""
    by_user: str | None = None
    door: str | None = None
