"""Past decisions, made again from the facts kept with them."""

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
    """A past decision and the new one, from the same inputs under the same policy version."""

    decision: Decision
    then: Facts
    now: Facts

    @property
    def equal(self) -> bool:
        return self.then == self.now


def talk_of(decision: Decision) -> Talk:
    """The talk a decision was about; Invalid("bad-inputs") if its kept inputs can't be read."""
    try:
        return talk_from(decision.inputs)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        text = f"the inputs of decision {decision.id} can't be read ({error!r}); the row was changed or is damaged"
        raise Invalid("bad-inputs", text, decision=decision.id) from error


def replayed(store: Store, decision: Decision) -> Replayed:
    """The decision made again. One that can't be made again counts as different, with the reason."""
    names = ("record", "rule", "reason", "user", "group", "direction")
    then = {name: getattr(decision, name) for name in names}
    try:
        made = verdict(talk_of(decision), policies.snapshot(store, decision.company, decision.version))
    except FsplugError as error:
        return Replayed(decision, then, {"error": error.text})
    return Replayed(decision, then, {name: getattr(made, name) for name in names})
