"""Decisions of the past, made again from what was kept with them."""

from dataclasses import dataclass
from typing import Any

from fsplug.errors import FsplugError, Invalid
from fsplug.policy.entities import Talk
from fsplug.policy.recording.facts import talk_from
from fsplug.policy.recording.verdict import verdict
from fsplug.store.calls.decisions import Decision
from fsplug.store.config import policies
from fsplug.store.db.database import Store

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A decision as it was made and as it is made now, from the same inputs under the same policy version."""

    decision: Decision
    then: Facts
    now: Facts

    @property
    def equal(self) -> bool:
        return self.then == self.now


def talk_of(decision: Decision) -> Talk:
    """The talk it was about; Invalid("bad-inputs") when what was kept can't be read."""
    try:
        return talk_from(decision.inputs)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        text = f"the inputs of decision {decision.id} can't be read ({error!r}); the row was changed or is damaged"
        raise Invalid("bad-inputs", text, decision=decision.id) from error


def replayed(store: Store, decision: Decision) -> Replayed:
    """The decision made again; what can't be made again counts as different, with the reason."""
    names = ("record", "rule", "reason", "user", "group", "direction")
    then = {name: getattr(decision, name) for name in names}
    try:
        made = verdict(talk_of(decision), policies.snapshot(store, decision.company, decision.version))
    except FsplugError as error:
        return Replayed(decision, then, {"error": error.text})
    return Replayed(decision, then, {name: getattr(made, name) for name in names})
