"""The part of one user in a conference: a talk whose other end is everybody else who is there.

Each user's part is decided by itself and recorded on that user's own leg. Whoever else is there counts as in any talk:
one number that is never recorded, or one group that never records, and nobody is.
"""

from collections.abc import Iterable, Mapping, Sequence

from fsplug.policy.consent import ANSWERER, CALLER, Consent, of_all
from fsplug.policy.entities import Direction, Party, Talk, User
from fsplug.policy.recording.legs import Leg, stopped_on, user_of

_ENDS = (CALLER, ANSWERER)


def part_of(own: Leg, others: Sequence[Leg], company: str, users: Mapping[str, User]) -> Talk:
    """The part of the user on the leg `own`; `others` are the other legs in the conference, the first comer first.

    The talk's other end is the first who is not of the company, else the first colleague. `users` holds the company's
    users among all of them, by username.
    """
    outside = [one for one in others if user_of(one, company, users) is None]
    other = next(iter(outside or others))
    caller, answerer = (own, other) if _called(own, other) else (other, own)
    # Who dials into a conference asks for its number, not for anybody in it.
    asked_for = caller.dialled if answerer is own or answerer.call == own.uuid else ()
    called = _party(answerer, company, users)
    return Talk(
        company=company,
        caller=_party(caller, company, users),
        answerer=Party(called.user, tuple(dict.fromkeys(asked_for + called.numbers))),
        direction=_direction(is_caller=caller is own, is_internal=not outside),
        groups=_each_once(one.groups for one in (*others, own)),
        forwarders=_each_once(one.forwarders for one in (*others, own)),
        others=tuple(_party(one, company, users) for one in others if one is not other),
        part_of=own.username,
        consent=of_all(one.consent(company) for one in (*others, own)),
        # Everybody else must agree: whoever comes next among them may be the other end.
        agreed=_ENDS if all(one.consent(company) is Consent.YES for one in others) else (),
        told=_ENDS if all(one.is_told(company) for one in (*others, own)) else (),
        stopped=stopped_on((own, *others), company),
    )


def heard_in(part: Talk) -> frozenset[str]:
    """The users and numbers that are heard in this part beside its own user."""
    parties = (part.caller, part.answerer, *part.others)
    users = {one.user.username for one in parties if one.user}
    numbers = {number for one in parties if not one.user for number in one.numbers}
    return frozenset((users | numbers) - {part.part_of})


def _called(own: Leg, other: Leg) -> bool:
    """Whether the user called the other one: then that leg was made for the user's, or the switch called it."""
    if other.call == own.uuid or own.call == other.uuid:
        return other.call == own.uuid
    return own.called_in and not other.called_in


def _direction(*, is_caller: bool, is_internal: bool) -> Direction:
    if is_internal:
        return Direction.INTERNAL
    return Direction.OUTGOING if is_caller else Direction.INCOMING


def _party(leg: Leg, company: str, users: Mapping[str, User]) -> Party:
    return Party(user_of(leg, company, users), leg.numbers)


def _each_once(texts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for some in texts for text in some))
