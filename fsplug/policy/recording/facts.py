"""Calls and talks as plain facts (JSON), so that a decision can be replayed years later."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from fsplug.policy.consent import ANSWERER, CALLER, Consent
from fsplug.policy.entities import Direction, Party, Talk, User
from fsplug.policy.recording.legs import Leg, Ringing

Facts = dict[str, Any]
# No verdict looks at what a conversation needs of a leg.
_OF_CALLER = tuple(field.name for field in fields(Leg) if field.name not in ("place", "conversation"))


def talk_facts(talk: Talk) -> Facts:
    """Everything a verdict looked at, except the policy itself."""
    ends = {"caller": _party_facts(talk.caller), "answerer": _party_facts(talk.answerer)}
    return {**_fields(talk), **ends, "others": [_party_facts(one) for one in talk.others]}


def talk_from(facts: Mapping[str, Any]) -> Talk:
    """The talk these facts were made of."""
    return Talk(
        company=facts["company"],
        caller=_party(facts["caller"]),
        answerer=_party(facts["answerer"]),
        direction=Direction(facts["direction"]),
        groups=tuple(facts["groups"]),
        forwarders=tuple(facts["forwarders"]),
        picked_up_by=facts.get("picked_up_by", ""),
        others=tuple(_party(one) for one in facts.get("others", ())),
        part_of=facts.get("part_of", ""),
        consent=Consent(facts.get("consent", Consent.NOT_ASKED)),
        # Older facts do not say which of the two agreed.
        agreed=tuple(facts.get("agreed", (CALLER, ANSWERER) if facts.get("consent") == Consent.YES else ())),
        told=tuple(facts.get("told", ())),
        stopped=tuple(facts.get("stopped", ())),
    )


def ringing_facts(ringing: Ringing) -> Facts:
    """A call about to ring, as facts."""
    answerers = {name: _user_facts(user) for name, user in ringing.answerers.items()}
    caller = {name: getattr(ringing.caller, name) for name in _OF_CALLER}
    return {"caller": caller, "caller_user": _user_facts(ringing.caller_user), "answerers": answerers}


def ringing_from(facts: Mapping[str, Any]) -> Ringing:
    """The ringing call these facts were made of."""
    answerers = {name: _user(user) for name, user in facts["answerers"].items()}
    return Ringing(_leg(facts["caller"]), _user(facts["caller_user"]), answerers)


def _party_facts(party: Party) -> Facts:
    return {"user": _user_facts(party.user), "numbers": party.numbers}


def _user_facts(user: User | None) -> Facts | None:
    return _fields(user) if user else None


def _fields(record: Talk | Leg | User) -> Facts:
    # dataclasses.asdict copies every value deeply: that takes 60 microseconds for each call.
    return {name: getattr(record, name) for name in record.__slots__}


def _party(facts: Mapping[str, Any]) -> Party:
    return Party(_user(facts["user"]), tuple(facts["numbers"]))


def _user(facts: Mapping[str, Any] | None) -> User | None:
    return User(**{**facts, "numbers": tuple(facts["numbers"])}) if facts else None


def _leg(facts: Mapping[str, Any]) -> Leg:
    known: Facts = {field.name: _as_written(facts[field.name]) for field in fields(Leg) if field.name in facts}
    return Leg(**known)


def _as_written(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
