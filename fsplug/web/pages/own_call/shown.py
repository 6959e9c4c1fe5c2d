"""The viewer's own calls as the panel shows them: to whom, whether they are recorded and why, and what may be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.policy.recording import participants
from fsplug.policy.recording.control import Act, Reason, Stage
from fsplug.policy.recording.own_call import OwnCall
from fsplug.policy.recording.participants import Participant
from fsplug.policy.recording.withdrawal import Withdrawal
from fsplug.policy.terms import Start
from fsplug.store.config import companies, groups
from fsplug.store.db.database import Store
from fsplug.web.kernel import names
from fsplug.web.kernel.live import OwnTalk
from fsplug.web.kernel.parties import NamedParty, party
from fsplug.words import control
from fsplug.words.catalogue import Words

# What goes without saying: there is nothing to be asked for, or the state says it.
_UNSAID = frozenset(
    {
        Reason.NOT_WANTED,
        Reason.STARTS_BY_ITSELF,
        Reason.KEPT_BY_ITSELF,
        Reason.STARTED,
        Reason.NOT_STARTED,
        Reason.KEPT,
        Reason.PAUSED,
        Reason.NOT_PAUSED,
        Reason.STOPPED,
    }
)
# The reason to record is none for what is not recorded all the same.
_STANDS_STILL = frozenset({"no", "withdrawn", "stopped", "paused"})
_OF_START = {Start.ON_DEMAND: (Act.START,), Start.KEEP_ON_DEMAND: (Act.KEEP,)}


@dataclass(frozen=True, slots=True)
class ShownTalk:
    """One call. `state` is the end of the text own-call-STATE, `recorded` whom it is recorded for if not the viewer.

    `why` is the decision's reason, as its code, and `group` the ring group that it names; `acts` may be done now, and
    `refused` says in words why others may not: the reason, and the acts. `may_withdraw` the consent of whoever the
    viewer talks to. Times are epoch seconds.
    """

    call: str
    other: NamedParty | None
    since: float | None
    state: str
    recorded: str
    why: str
    group: str
    paused_until: float | None
    acts: Sequence[Act]
    refused: Mapping[str, Sequence[Act]]
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The viewer's calls; `node` has the call if it is not the one that was asked, and `listeners` are who listens."""

    talks: Sequence[ShownTalk]
    node: str
    listeners: Sequence[str]


NOTHING = Panel((), "", ())


def panel(
    store: Store, domain: str, username: str, words: Words, calls: CompanyCalls | None, own: Iterable[OwnTalk]
) -> Panel:
    """The panel of this user; nothing in it while the user is in no call."""
    talk = calls.talks.get(username) if calls is not None else None
    if talk is None:
        return NOTHING
    found = list(own)
    country = companies.get(store, domain).country
    recorded = {one.decision.user for one in found if one.decision and one.decision.record}
    called = names.of_users(store, domain, {*talk.listeners, *recorded})
    in_groups = groups.names(store, domain) if any(one.decision and one.decision.group for one in found) else {}
    shown = [_shown(one, username, words, talk.since, country, called, in_groups) for one in found]
    return Panel(shown, talk.node, [called.get(one, one) for one in talk.listeners])


def _shown(
    one: OwnTalk,
    username: str,
    words: Words,
    since: float | None,
    country: str,
    called: Mapping[str, str],
    in_groups: Mapping[str, str],
) -> ShownTalk:
    other, decision = _other(one, username), one.decision
    recorded = called.get(decision.user or "", "") if decision and decision.record else ""
    state = _state(one, username)
    why = decision if decision and not (decision.record and state in _STANDS_STILL) else None
    return ShownTalk(
        call=one.call.call,
        other=party(other, country) if other else None,
        since=decision.at if decision else since,
        state=state,
        recorded=recorded,
        why=why.reason if why else "",
        group=in_groups.get(why.group) or why.group if why and why.group else "",
        paused_until=one.call.paused_until,
        acts=[act for act, reason in one.call.refused.items() if reason is None],
        refused=_refused(one.call, words),
        may_withdraw=one.call.withdrawal is Withdrawal.POSSIBLE,
    )


def _state(one: OwnTalk, username: str) -> str:
    facts, decision = one.call.facts, one.decision
    if one.call.withdrawal is Withdrawal.DONE:
        return "withdrawn"
    if one.call.paused_until is not None:
        return "paused"
    if not facts.is_wanted:
        if decision is None:
            return "unknown"
        return "others" if decision.record and decision.user != username else "no"
    if facts.stage is Stage.STOPPED:
        return "stopped"
    if facts.stage is Stage.NOT_STARTED:
        return "waits"
    return "unkept" if facts.terms.start is Start.KEEP_ON_DEMAND and not facts.is_kept else "runs"


def _other(one: OwnTalk, username: str) -> Participant | None:
    """The other end of the talk; the one who called where the viewer is at neither, as in a conference."""
    if one.decision is None:
        return None
    ends = participants.both(one.decision.inputs, one.decision.caller, one.decision.answerer)
    return next((end for end in ends if end.username != username), ends[0])


def _refused(call: OwnCall, words: Words) -> dict[str, list[Act]]:
    """What else the viewer might want, and why it can't be done; nothing for whoever can do nothing at all."""
    if all(call.refused.values()):
        return {}
    asked = {Act.PAUSE, Act.STOP, *_OF_START.get(call.facts.terms.start, ())}
    found: dict[str, list[Act]] = {}
    for act, reason in call.refused.items():
        if act in asked and reason is not None and reason not in _UNSAID:
            found.setdefault(control.why_not(reason, words.language), []).append(act)
    return found
