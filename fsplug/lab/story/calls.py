"""The story's calls: who called whom and when, and how the call went, as entries of the ledger."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fsplug.lab.story.cast import ACME, BEGAN_DAYS, BETA
from fsplug.lab.story.voices import Conversation
from fsplug.policy.entities import Direction, Party, PolicySnapshot, Talk, User
from fsplug.policy.recording.facts import talk_facts
from fsplug.policy.recording.verdict import verdict
from fsplug.store.calls.entries import (
    CallAnswered,
    CallEnded,
    CallSeen,
    DecisionMade,
    JournalEntry,
    RecordingLost,
    RecordingSealed,
    RecordingStarted,
    RecordingStopped,
)
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
        return [*begun, CallEnded(call.id, call.at + 31.0, "NO_ANSWER")]
    return [*begun, CallAnswered(call.id, call.answered_at), *_decided(call, talk, snapshot, call.answered_at)]


def recording_of(call: StoryCall) -> str:
    """The id of the call's recording, if it has one."""
    return f"{int(call.id, 16) ^ 1:032x}"


def location_of(call: StoryCall) -> str:
    """The recording's place in the archive."""
    day = datetime.fromtimestamp(call.answered_at or call.at, ZoneInfo("UTC"))
    return f"{call.company.domain}/{day:%Y/%m/%d}/{recording_of(call)}.wav"


def _talk(store: Store, call: StoryCall, version: int) -> Talk:
    domain = call.company.domain
    ours = _user(store, domain, call.user, version)
    inside = Party(ours, (ours.extension,))
    if call.colleague is not None:
        colleague = _user(store, domain, call.colleague, version)
        return Talk(domain, inside, Party(colleague, (colleague.extension,)), call.direction, (), ())
    outside = Party(None, (call.outsider or "",))
    caller, answerer = (inside, outside) if call.direction is Direction.OUTGOING else (outside, inside)
    return Talk(domain, caller, answerer, call.direction, (call.group[0],) if call.group else (), ())


def _user(store: Store, domain: str, username: str, version: int) -> User:
    found = users.user_at(store, domain, username, version)
    if found is None:
        raise LookupError(f"the story speaks of {username}, whom {domain} does not have")
    return found


def _decided(call: StoryCall, talk: Talk, snapshot: PolicySnapshot, at: float) -> Iterator[JournalEntry]:
    outcome = verdict(talk, snapshot)
    leg = f"{int(call.id, 16) ^ 2:032x}"
    recording = recording_of(call) if outcome.record else None
    path = f"/var/lib/fsplug/spool/{recording}.wav"
    yield DecisionMade(
        decision=f"{int(call.id, 16) ^ 3:032x}",
        call=call.id,
        company=call.company.domain,
        talk=f"{call.id}:{leg}:1",
        at=at,
        version=outcome.version,
        user=outcome.user,
        leg=leg if recording else None,
        record=outcome.record,
        rule=outcome.rule,
        reason=outcome.reason,
        direction=outcome.direction,
        group=outcome.group,
        caller=talk.caller.numbers[0],
        answerer=talk.answerer.numbers[0],
        inputs=talk_facts(talk),
        recording=recording,
        path=path if recording else None,
        terms=outcome.terms,
    )
    over = at + call.conversation.seconds
    if recording:
        yield from _recorded(call, recording, leg, path, at)
    yield CallEnded(call.id, over, "NORMAL_CLEARING")


def _recorded(call: StoryCall, recording: str, leg: str, path: str, at: float) -> Iterator[JournalEntry]:
    spoken = call.conversation
    over = at + spoken.seconds
    yield RecordingStarted(recording, call.company.domain, leg, path, at)
    yield RecordingStopped(recording, over, "success-silence", spoken.seconds)
    if call.lost is not None:
        yield RecordingLost(recording, *call.lost, over + 1)
        return
    sealed = (spoken.seconds, spoken.bytes, spoken.sha256)
    yield RecordingSealed(recording, *sealed, location_of(call), False, over + 1)


def days() -> range:
    """Every day of the story, the earliest first."""
    return range(BEGAN_DAYS - 1, -1, -1)
