"""The story's calls: who called whom and when, and how the call went, as entries of the ledger."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fsplug.lab.story.cast import ACME, BEGAN_DAYS, BETA
from fsplug.lab.story.talks import ToldTalk, location, recording_id, talk_entries
from fsplug.lab.story.voices import Conversation
from fsplug.policy.entities import Direction, Party, Talk, User
from fsplug.store.calls.entries import CallAnswered, CallEnded, CallSeen, JournalEntry
from fsplug.store.config import policies, users
from fsplug.store.db.database import Store

_OPEN, _CLOSE = time(8), time(17)
# Today's calls are already over.
_OVER_SECONDS = 600.0
_UNANSWERED, _LOST = 0.08, 0.02
_RINGS_SECONDS = (3.0, 18.0)
LOSSES = (
    ("missing", "the switch closed the file and it is not in the spool"),
    ("store-away", "the talk was over before policy could be read"),
    ("empty", "the file holds a header and no audio"),
)


@dataclass(frozen=True, slots=True)
class StoryCompany:
    """The calls of a company. `numbers` are its customers'; `groups` are its ring groups with their numbers."""

    domain: str
    zone: ZoneInfo
    a_day: int
    users: tuple[str, ...]
    numbers: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StoryCall:
    """One call. `outsider` is None between colleagues, `group` is the ring group it came through.

    `answered_at` is None if nobody answered. `lost` is the cause and the detail of a recording that is missing.
    """

    id: str
    company: StoryCompany
    at: float
    direction: Direction
    user: str
    colleague: str | None
    outsider: str | None
    group: tuple[str, str] | None
    answered_at: float | None
    conversation: Conversation
    lost: tuple[str, str] | None


COMPANIES = (
    StoryCompany(
        ACME,
        ZoneInfo("Europe/Copenhagen"),
        13,
        ("1001", "1002", "1003", "1004", "1007", "1009", "1010", "1011"),
        (
            *("+4522334455", "+4522334499", "+4526114410", "+4540885521", "+4551704432", "+4528190077", "+4561220918"),
            *("+4533121415", "+4586190022", "+4575520100", "+46701740605", "+4915123004455"),
        ),
        (("2001", "+4570102001"), ("2002", "+4570102002"), ("2003", "+4570102003")),
    ),
    StoryCompany(
        BETA,
        ZoneInfo("Europe/Stockholm"),
        4,
        ("1001", "1002"),
        ("+46701740611", "+46734112233", "+4687001200", "+468554433", "+46317778899"),
        (("2001", "+4681002001"),),
    ),
)


def planned(company: StoryCompany, days_ago: int, now: float, conversations: list[Conversation]) -> Iterator[StoryCall]:
    """The company's calls on the day `days_ago` days before `now`; for today, only those already over."""
    chance = random.Random(f"{company.domain} {days_ago}")
    today = datetime.fromtimestamp(now, company.zone).date()
    day = today - timedelta(days=days_ago)
    begin, end = (datetime.combine(day, at, company.zone).timestamp() for at in (_OPEN, _CLOSE))
    if days_ago == 0:
        end = min(end, now - _OVER_SECONDS)
        begin = min(begin, max(datetime.combine(day, time(), company.zone).timestamp(), end - 3_600.0))
    weekend = day.weekday() >= 5 and days_ago > 0
    count = 2 if weekend else max(1, company.a_day + chance.randint(-3, 4))
    for at in sorted(chance.uniform(begin, end) for _ in range(count)):
        call = _call(company, at, chance, conversations)
        if call.at > begin - 1 and end > begin:
            yield call


def _call(company: StoryCompany, at: float, chance: random.Random, conversations: list[Conversation]) -> StoryCall:
    direction = chance.choices(list(Direction), weights=(4, 2, 6))[0]
    user, colleague = chance.sample(company.users, 2)
    group = chance.choice(company.groups) if direction is Direction.INCOMING and chance.random() < 0.6 else None
    answered = chance.random() >= _UNANSWERED
    return StoryCall(
        id=f"{chance.getrandbits(128):032x}",
        company=company,
        at=at,
        direction=direction,
        user=user,
        colleague=colleague if direction is Direction.INTERNAL else None,
        outsider=None if direction is Direction.INTERNAL else chance.choice(company.numbers),
        group=group,
        answered_at=at + chance.uniform(*_RINGS_SECONDS) if answered else None,
        conversation=chance.choice(conversations),
        lost=chance.choice(LOSSES) if chance.random() < _LOST else None,
    )


def entries(store: Store, call: StoryCall, switch: str) -> list[JournalEntry]:
    """The entries that the call flow on this switch would have written, under the current policy."""
    domain = call.company.domain
    version = policies.current_version(store, domain)
    snapshot = policies.snapshot(store, domain, version)
    talk = _talk(store, call, version)
    called = call.group[1] if call.group else talk.answerer.numbers[0]
    group = call.group[0] if call.group else None
    caller = talk.caller.numbers[0]
    begun: list[JournalEntry] = [
        CallSeen(call.id, domain, switch, version, str(call.direction), group, caller, called, {}, call.at)
    ]
    if call.answered_at is None:
        return [*begun, CallEnded(call.id, call.at + 31.0, "NO_ANSWER", domain)]
    ended = CallEnded(call.id, call.answered_at + call.conversation.seconds, "NORMAL_CLEARING", domain)
    answered = CallAnswered(call.id, call.answered_at, domain)
    return [*begun, answered, *talk_entries(told_talk(call, talk), snapshot), ended]


def told_talk(call: StoryCall, talk: Talk) -> ToldTalk:
    """The one talk of the call, which was answered."""
    leg = f"{int(call.id, 16) ^ 2:032x}"
    return ToldTalk(call.id, call.id, leg, talk, call.answered_at or call.at, call.conversation, call.lost)


def recording_of(call: StoryCall) -> str:
    """The id of the call's recording, if it has one."""
    return recording_id(call.id)


def location_of(call: StoryCall) -> str:
    """The recording's place in the archive."""
    return location(call.company.domain, recording_of(call), call.answered_at or call.at)


def _talk(store: Store, call: StoryCall, version: int) -> Talk:
    domain = call.company.domain
    ours = user_then(store, domain, call.user, version)
    inside = Party(ours, (ours.extension,))
    if call.colleague is not None:
        colleague = user_then(store, domain, call.colleague, version)
        return Talk(domain, inside, Party(colleague, (colleague.extension,)), call.direction, (), ())
    outside = Party(None, (call.outsider or "",))
    caller, answerer = (inside, outside) if call.direction is Direction.OUTGOING else (outside, inside)
    return Talk(domain, caller, answerer, call.direction, (call.group[0],) if call.group else (), ())


def user_then(store: Store, domain: str, username: str, version: int) -> User:
    """The user as this version of the company has them."""
    found = users.user_at(store, domain, username, version)
    if found is None:
        raise LookupError(f"the story speaks of {username}, whom {domain} does not have")
    return found


def days() -> range:
    """Every day of the story, the earliest first."""
    return range(BEGAN_DAYS - 1, -1, -1)
