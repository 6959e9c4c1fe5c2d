"""Legs, the talks they make, and which of them is armed to record."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from fsplug.policy.consent import ANSWERER, CALLER, Consent, consent, is_told, of_all
from fsplug.policy.entities import Direction, Party, PolicySnapshot, Talk, User
from fsplug.policy.recording.stops import stopped_in
from fsplug.policy.recording.verdict import Verdict, verdict

# How the dialplan names the leg to a trunk among the legs that may answer.
TRUNK = "trunk"
# Begins the ids of recordings that the switch armed by itself, while fsplug was away, and of those that begin before
# their talk is decided.
AWAY_PREFIX, EARLY_PREFIX = "away-", "early-"
_MARK_LENGTH = 12
# No username is longer; a caller could make up any number of them.
_LONGEST_NAME, _MOST_NAMES = 15, 10


def away_recording(company: str, unique: str) -> str:
    """The id of a recording that the switch arms by itself; `unique` is 32 hexadecimal digits.

    It tells the company even if the switch dies and nothing else does.
    """
    return f"{AWAY_PREFIX}{_mark(company)}{unique[_MARK_LENGTH:]}"


def is_away_recording_of(recording: str, company: str) -> bool:
    """Whether the switch armed this recording by itself, for this company."""
    return recording.startswith(f"{AWAY_PREFIX}{_mark(company)}")


def _mark(company: str) -> str:
    return hashlib.sha256(company.encode()).hexdigest()[:_MARK_LENGTH]


@dataclass(frozen=True, slots=True)
class Leg:
    """One channel of the switch, as policy needs it.

    `call` is the uuid of the leg that placed the call this one was made for (its own, for a leg that called in); `name`
    the leg's name in the dialplan (`1003`, `1003.desk`, `trunk`); `username` empty for an outside leg; `called_in` true
    when the phone or trunk called the switch. `numbers` identify the far end, `dialled` are the numbers it asked for;
    both as the switch has them, in any spelling. `version` is the policy version the call began under, None before
    fsplug saw it; `answered_at` is epoch seconds. `signed_in` is who proved a password (user@domain) on a leg that the
    dialplan does not mark, and `picks_up` whether this leg takes over a call that was made to somebody else. `serves`:
    this leg takes callers out of a queue. `is_parked`: this leg was parked, to be fetched by somebody, in the parking
    place `place`. `away` is the recording that the switch itself armed this leg with, while fsplug was away.
    `transferrers` are the users whose phones transferred this leg, as those phones say, or as fsplug knows once it has
    seen whom the leg talked to. `conversation` is a call of the conversation that this leg was made for, or was in when
    it asked last. `consents` is what its person was told or asked about being recorded, as the dialplan notes it, and
    `withdrawn_in` the companies in which they withdrew their consent (`policy.consent`). `stopped` is who has stopped
    their recording in the conversation (`policy.recording.stops`).
    """

    uuid: str
    company: str
    call: str = ""
    name: str = ""
    username: str = ""
    called_in: bool = False
    answered: bool = False
    answered_at: float | None = None
    numbers: tuple[str, ...] = ()
    dialled: tuple[str, ...] = ()
    forwarders: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    version: int | None = None
    signed_in: str = ""
    picks_up: bool = False
    serves: bool = False
    is_parked: bool = False
    away: str = ""
    transferrers: tuple[str, ...] = ()
    place: str = ""
    conversation: str = ""
    consents: str = ""
    withdrawn_in: str = ""
    stopped: str = ""

    def consent(self, company: str) -> Consent:
        """What the person on this leg has said to this company of being recorded."""
        return consent(self.consents, self.withdrawn_in, company)

    def is_told(self, company: str) -> bool:
        """Whether the person on this leg has heard that calls with this company may be recorded."""
        return is_told(self.consents, company)


@dataclass(frozen=True, slots=True)
class Arm:
    """What one leg that may answer will do when it answers.

    `on_caller`: the recording, if any, is armed on the caller's leg instead of this one.
    """

    leg: str
    verdict: Verdict
    on_caller: bool = False


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call about to ring: its caller, and the user of each leg that may answer, by the leg's name
    (None for a trunk).
    """

    caller: Leg
    caller_user: User | None
    answerers: Mapping[str, User | None] = field(default_factory=dict)


def username_of(leg_name: str) -> str:
    """The user a leg is named after: `1003` for `1003.desk`, empty for a trunk's leg."""
    return "" if leg_name == TRUNK else leg_name.partition(".")[0]


def talk_between(one: Leg, other: Leg, users: Mapping[str, User]) -> Talk:
    """The talk that two bridged legs make; `users` holds the company's users among them, by username."""
    caller, answerer = in_order(one, other)
    is_picked_up = answerer.picks_up and answerer.call != caller.uuid
    asked_for = caller.dialled if answerer.call == caller.uuid or is_picked_up or answerer.serves else ()
    company = company_of(caller, answerer)
    calling = Party(user_of(caller, company, users), caller.numbers)
    called = Party(user_of(answerer, company, users), tuple(dict.fromkeys(asked_for + answerer.numbers)))
    ends = ((CALLER, caller), (ANSWERER, answerer))
    return Talk(
        company=company,
        caller=calling,
        answerer=called,
        direction=_direction(calling.user, called.user),
        groups=tuple(dict.fromkeys(caller.groups + answerer.groups)),
        forwarders=tuple(dict.fromkeys(caller.forwarders + answerer.forwarders)),
        picked_up_by=(answerer.username or next(iter(answerer.numbers), "")) if is_picked_up else "",
        consent=of_all((caller.consent(company), answerer.consent(company))),
        agreed=tuple(end for end, leg in ends if leg.consent(company) is Consent.YES),
        told=tuple(end for end, leg in ends if leg.is_told(company)),
        stopped=stopped_on((caller, answerer), company),
    )


def company_of(one: Leg, other: Leg) -> str:
    """The company that decides on the talk of these legs: of two companies, the one with a user on them, and the
    caller's if both have one. Empty if no leg is marked with any.
    """
    companies = [leg.company for leg in in_order(one, other) if leg.company]
    with_users = (company for company in companies if any(_has_user(leg, company) for leg in (one, other)))
    return next(with_users, next(iter(companies), ""))


def in_order(one: Leg, other: Leg) -> tuple[Leg, Leg]:
    """These two legs of a talk, the one that placed the call first."""
    return (one, other) if _placed(one, other) else (other, one)


def stopped_on(legs: Iterable[Leg], company: str) -> tuple[str, ...]:
    """The users of this company who have stopped their recording in the conversation of these legs."""
    return tuple(dict.fromkeys(username for leg in legs for username in stopped_in(leg.stopped, company)))


def identified(leg: Leg, company: str) -> Leg:
    """The leg as this company's, with its user who signed in on it, if the dialplan marks no user on the leg."""
    username, _, domain = leg.signed_in.rpartition("@")
    is_unmarked = not leg.username and leg.company in ("", company)
    return replace(leg, username=username, company=company) if username and domain == company and is_unmarked else leg


def _has_user(leg: Leg, company: str) -> bool:
    own = identified(leg, company)
    return bool(own.username) and own.company in ("", company)


def is_users(leg: Leg, company: str, username: str) -> bool:
    """Whether this user of the company is on the leg: the dialplan marks it so, or they signed in on it."""
    own = identified(leg, company)
    return own.username == username and own.company in ("", company)


def with_forwarders(leg: Leg, known: Callable[[list[str]], Mapping[str, User]]) -> Leg:
    """The leg with the numbers of the company's users who forwarded or transferred its call (Referred-By names a
    phone by its username). `known` gives the users of these names.
    """
    forwarders = (*leg.forwarders, *leg.transferrers)
    names = [name for name in forwarders if not name.startswith("+") and len(name) <= _LONGEST_NAME]
    users = known(names[:_MOST_NAMES]) if names else {}
    numbers = [number for user in users.values() for number in user.numbers]
    found = tuple(dict.fromkeys((*forwarders, *numbers)))
    return replace(leg, forwarders=found) if found != leg.forwarders else leg


def transferred_by(leg: Leg, met: Leg | None) -> Leg:
    """The leg with the user who transferred it: a phone can give any name for itself, but it is the phone that the leg
    talked to last. `met` is that phone's leg, None if it is not known; then what the phone says must do.
    """
    if met is None or not leg.transferrers:
        return leg
    return replace(leg, transferrers=(met.username,) if met.username else ())


def arms(ringing: Ringing, snapshot: PolicySnapshot, told: tuple[str, ...] = ()) -> tuple[Arm, ...]:
    """One arm per leg that may answer. `told` are those ends of the talk that will have heard of the recording.

    A recording belongs on the leg of the user it is made for, so that it ends when that person leaves. The caller's leg
    is armed only when every leg that may answer agrees on it (otherwise two legs would record one talk) and when it is
    still to be answered (an answered leg does not fire at the answer).
    """
    talks = {name: expected_talk(ringing, name) for name in ringing.answerers}
    verdicts = {name: verdict(replace(one, told=told or one.told), snapshot) for name, one in talks.items()}
    caller = ringing.caller.username
    agreed = bool(caller) and all(one.record and one.user == caller for one in verdicts.values())
    on_caller = agreed and not ringing.caller.answered
    return tuple(Arm(name, one, on_caller) for name, one in verdicts.items())


def expected_talk(ringing: Ringing, name: str) -> Talk:
    """The talk that begins if the leg with this name answers."""
    user = ringing.answerers[name]
    leg = ringing.caller
    called = Leg(uuid="", company=leg.company, call=leg.uuid, name=name, username=user.username if user else "")
    return answered_talk(ringing, called)


def answered_talk(ringing: Ringing, called: Leg) -> Talk:
    """The talk that begins when this leg answers, with what its answer says of who answered."""
    leg, user = ringing.caller, ringing.answerers.get(called.name)
    users = {one.username: one for one in (ringing.caller_user, user) if one}
    return talk_between(leg, called, users)


def user_of(leg: Leg, company: str, users: Mapping[str, User]) -> User | None:
    """The company's user on this leg. A user of another company with the same name is an outside party."""
    return users.get(leg.username) if leg.company in ("", company) else None


def _placed(one: Leg, other: Leg) -> bool:
    """Whether `one` placed the call: the other was made for it, or it called in and the other did not."""
    if other.call == one.uuid or one.call == other.uuid:
        return other.call == one.uuid
    if _takes(one, other) != _takes(other, one):
        # Who picks up a call answers it. But who takes over somebody that was called is that one's new caller.
        taken = other if _takes(one, other) else one
        return (taken.call == taken.uuid) == (taken is one)
    return one.called_in >= other.called_in


def _takes(leg: Leg, other: Leg) -> bool:
    """Whether this leg takes a call that was not made to it: it rings elsewhere, is parked, or waits in a queue."""
    return leg.picks_up or leg.serves or (other.is_parked and not leg.is_parked)


def _direction(caller: User | None, answerer: User | None) -> Direction:
    if caller and answerer:
        return Direction.INTERNAL
    return Direction.OUTGOING if caller else Direction.INCOMING
