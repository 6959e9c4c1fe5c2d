"""The talks that the switch's records tell of: pure, from the records of legs to pairs of legs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fsplug.esl.calls.decision_rows import talk_name
from fsplug.esl.calls.records import Bridge, LegRecord, Stay
from fsplug.policy.entities import TRUNK_REALM
from fsplug.policy.recording.legs import Leg, company_of, in_order


@dataclass(frozen=True, slots=True)
class SeenTalk:
    """Two legs that talked, as their records tell; or a user's part in a conference.

    `began_at` is when the call came in, `at` when they began to talk and `until` when they ended (epoch seconds).
    `reported_by` are the legs whose records report it. `lacks` is the leg whose record is not there: all that is
    known of it is its number.

    Of a part, `caller` is the user's leg, `answerer` stands for the conference, and `others` are the legs that were
    there with the user: none if the user was alone all the time.
    """

    caller: Leg
    answerer: Leg
    ordinal: int
    began_at: float
    at: float
    until: float
    asked: bool
    cause: str
    reported_by: tuple[str, ...]
    lacks: str | None
    is_part: bool = False
    others: tuple[Leg, ...] = ()

    @property
    def company(self) -> str:
        """Whose talk it is: as the dialplan marks its legs, or else as a user's phone on one of them tells."""
        legs = (self.caller, self.answerer)
        named = (company_of(*legs), *(one.signed_in.rpartition("@")[2] for one in legs))
        return next((one for one in named if one and one != TRUNK_REALM), "")

    @property
    def is_answered(self) -> bool:
        """Whether there was a talk: two legs may be bridged before the answer, and end without it."""
        return self.until > self.at

    @property
    def name(self) -> str:
        """What its decision calls it."""
        return talk_name(self.caller, self.answerer, self.ordinal)

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Who talked to each other, the caller or the part's user first."""
        return (self.caller, *self.others) if self.is_part else (self.caller, self.answerer)

    @property
    def call_ids(self) -> tuple[str, ...]:
        """The calls it may belong to, the likeliest first."""
        caller, answerer = in_order(self.caller, self.answerer)
        ids = (caller.call, answerer.call, caller.uuid, answerer.uuid)
        return tuple(dict.fromkeys(one for one in ids if one))


def seen_talks(records: Mapping[str, LegRecord]) -> list[SeenTalk]:
    """Each talk of these legs once, oldest first. What one leg tells and the other's record denies was no talk."""
    found = {one.name: one for record in records.values() for one in _of(record, records) if one.company}
    return sorted(found.values(), key=lambda one: (one.at, one.name))


def seen_parts(records: Mapping[str, LegRecord]) -> list[SeenTalk]:
    """The part of each user who was in a conference with others, whose records are among these, or alone."""
    stays = [record.stay for record in records.values() if record.stay is not None]
    parts = (_part(record, record.stay, stays) for record in records.values() if record.stay is not None)
    return sorted((one for one in parts if one.company and _is_users(one.caller)), key=lambda one: (one.at, one.name))


def _is_users(leg: Leg) -> bool:
    return bool(leg.username or leg.signed_in)


def _part(record: LegRecord, own: Stay, stays: Sequence[Stay]) -> SeenTalk:
    there = [one for one in stays if one.conference == own.conference and one.leg.uuid != own.leg.uuid]
    met = sorted((one for one in there if one.at < own.until and own.at < one.until), key=lambda one: one.at)
    at = max(own.at, min((one.at for one in met), default=own.at))
    return SeenTalk(
        caller=own.leg,
        answerer=Leg(own.conference, ""),
        ordinal=0,
        began_at=record.began_at,
        at=at,
        until=min(own.until, max((one.until for one in met), default=at)),
        asked=True,
        cause=record.cause,
        reported_by=(record.uuid,),
        lacks=None,
        is_part=True,
        others=tuple(one.leg for one in met),
    )


def _of(record: LegRecord, records: Mapping[str, LegRecord]) -> Iterator[SeenTalk]:
    for bridge in record.bridges:
        other = records.get(bridge.partner)
        if other is None:
            yield _alone(record, bridge)
        elif (its := _same(record, bridge, other)) is not None:
            yield _together((record, bridge), (other, its))


def _same(record: LegRecord, bridge: Bridge, other: LegRecord) -> Bridge | None:
    """The same bridge as the other leg tells of it."""
    fitting = (one for one in other.bridges if one.partner == record.uuid and one.ordinal == bridge.ordinal)
    return next(fitting, None)


def _together(one: tuple[LegRecord, Bridge], other: tuple[LegRecord, Bridge]) -> SeenTalk:
    calling, answering = sorted((one, other), key=lambda end: (not end[1].placed, end[0].uuid))
    (caller, caller_bridge), (answerer, answerer_bridge) = calling, answering
    return SeenTalk(
        caller=caller_bridge.leg,
        answerer=answerer_bridge.leg,
        ordinal=caller_bridge.ordinal,
        began_at=min(caller.began_at, answerer.began_at),
        at=max(caller_bridge.at, answerer_bridge.at),
        until=min(caller_bridge.until, answerer_bridge.until),
        asked=caller_bridge.asked,
        cause=answerer.cause,
        reported_by=(caller.uuid, answerer.uuid),
        lacks=None,
    )


def _alone(record: LegRecord, bridge: Bridge) -> SeenTalk:
    numbers = (bridge.number,) if bridge.number else ()
    call = bridge.leg.call if bridge.leg.call == bridge.partner else ""
    stranger = Leg(bridge.partner, "", call=call or record.uuid if bridge.placed else call, numbers=numbers)
    caller, answerer = (bridge.leg, stranger) if bridge.placed else (stranger, bridge.leg)
    return SeenTalk(
        caller=caller,
        answerer=answerer,
        ordinal=bridge.ordinal,
        began_at=record.began_at,
        at=bridge.at,
        until=bridge.until,
        asked=bridge.asked if bridge.placed else True,
        cause=record.cause,
        reported_by=(record.uuid,),
        lacks=bridge.partner,
    )
