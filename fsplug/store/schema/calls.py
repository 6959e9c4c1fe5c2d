"""Calls, the decisions on them, gaps, outages, and listen-ins; and the ledger entries that no table would take.

Entries about a call come in any order, so that every column but those of the key may be unknown for a while.
"""

from peewee import CompositeKey

from fsplug.store.schema.base import Table, generated, index, real, reference, text, truth, unique, whole
from fsplug.store.schema.companies import Companies


class Calls(Table):
    """A company's call from its first ring to its last hangup; `at` is the first moment that is known of it.

    A call that the dialplan leads on to another company is that company's, too, from then on.

    `conversation` is the call that began the conversation of which this one is a later part, as known at `joined_at`;
    a call without it begins a conversation.
    """

    id = text()
    company = reference(Companies)
    switch = text(null=True)
    version = whole(null=True)
    direction = text(null=True)
    group = text(null=True, column="grp")
    caller = text(null=True)
    called = text(null=True)
    facts = text(null=True)
    facts_at = real(null=True)
    started_at = real(null=True)
    answered_at = real(null=True)
    ended_at = real(null=True)
    cause = text(null=True)
    at = generated(real())
    conversation = text(null=True)
    joined_at = real(null=True)

    class Meta:
        table_name = "call"
        primary_key = CompositeKey("id", "company")


index(Calls, "call_at", "company at id")
index(Calls, "call_open", "switch", where="ended_at IS NULL")
index(Calls, "call_conversation", "conversation company", where="conversation IS NOT NULL")


class CallChanges(Table):
    """What changed in a call: `kind` is a transfer, a park, a hold, a pause (another company's: `silenced`), or the end
    of a talk after which the call goes on.

    `leg` is the one whose phone did it, or that was parked; `username` and `number` are its person's, and `other` its
    partner. `how` a transfer was made, or the number of the parking place.
    """

    id = text(key=True)
    company = reference(Companies)
    call = text()
    kind = text()
    at = real()
    until = real(null=True)
    leg = text()
    other = text(null=True)
    username = text(null=True)
    number = text()
    how = text(null=True)

    class Meta:
        table_name = "call_change"


index(CallChanges, "call_change_of", "call at")


class Consents(Table):
    """Somebody was told or asked about being recorded: what was played, which key was pressed, and what came of it.

    `username` is of the user on `leg`, None for somebody outside. `languages` and `hashes` (SHA-256) are JSON lists, of
    one prompt each, and `prompt` is what they say. A withdrawal has who made it (`by_user`) and by which door. A row is
    never updated.
    """

    id = text(key=True)
    company = reference(Companies)
    call = text()
    leg = text()
    number = text()
    username = text(null=True)
    form = text()
    ivr = text(null=True)
    languages = text()
    hashes = text()
    prompt = text()
    pressed = text()
    result = text()
    at = real()
    until = real(null=True)
    by_user = text(null=True)
    door = text(null=True)

    class Meta:
        table_name = "consent"


index(Consents, "consent_at", "company at id")
index(Consents, "consent_call", "call")


class UnjoinedCalls(Table):
    """A company's calls of before there were conversations, of decisions until `until_at`: they are joined up to the
    decision `decision`, made `at`.
    """

    company = reference(Companies, key=True)
    until_at = real()
    at = real()
    decision = text()

    class Meta:
        table_name = "unjoined_calls"


class Decisions(Table):
    """Whether one talk is recorded, and from what that followed. A decision is never updated."""

    id = text(key=True)
    company = reference(Companies)
    call = text()
    talk = text()
    at = real()
    version = whole()
    username = text(null=True)
    leg = text(null=True)
    record = truth()
    rule = text()
    reason = text()
    direction = text()
    group = text(null=True, column="grp")
    caller = text()
    answerer = text()
    inputs = text()
    recording = text(null=True)
    start = text(null=True)

    class Meta:
        table_name = "decision"


unique(Decisions, "", "company talk")
index(Decisions, "decision_at", "company at id")
index(Decisions, "decision_call", "call")


class TalkUsers(Table):
    """A user who talked in a call, recorded or not, under the policy version of that talk's decision."""

    call = text()
    username = text()
    decision = text()
    company = reference(Companies)
    version = whole()

    class Meta:
        table_name = "talk_user"
        primary_key = CompositeKey("call", "username", "decision")


class Gaps(Table):
    """A talk that should have been recorded and was not, or not wholly."""

    decision = text(key=True)
    company = reference(Companies)
    call = text(null=True)
    recording = text(null=True)
    cause = text()
    detail = text()
    at = real()

    class Meta:
        table_name = "gap"


index(Gaps, "gap_at", "company at decision")


class Outages(Table):
    """A time in which calls of this switch may have been missed, and why.

    `until_at` is unknown while it lasts. Both times are unknown if talks were missed without a known reason: their own
    times say when that was.
    """

    id = text(key=True)
    switch = text()
    cause = text()
    from_at = real(null=True)
    until_at = real(null=True)

    class Meta:
        table_name = "outage"


index(Outages, "outage_switch", "switch from_at")


class RefusedCalls(Table):
    """A call that the switch refused before its dialplan: on this SIP profile, with this hangup cause."""

    id = text(key=True)
    switch = text()
    profile = text()
    cause = text()
    at = real()

    class Meta:
        table_name = "refused_call"


index(RefusedCalls, "refused_call_at", "at")


class WitnessedTalks(Table):
    """A talk that the switch's own records tell of.

    `talk` names it as its decision does. `asked` is whether the switch had asked for a verdict before the talk and got
    it. `outage` is set if the talk is known from nothing else: its decision was made afterwards.
    """

    id = text(key=True)
    company = reference(Companies)
    talk = text()
    call = text()
    switch = text()
    at = real()
    until_at = real()
    asked = truth()
    decision = text()
    outage = text(null=True)

    class Meta:
        table_name = "witnessed_talk"


index(WitnessedTalks, "witnessed_talk_at", "company at id")
index(WitnessedTalks, "witnessed_talk_decision", "decision")
index(WitnessedTalks, "witnessed_talk_outage", "outage company", where="outage IS NOT NULL")


class ListenSessions(Table):
    """Somebody's attempt to listen to somebody else's call; one that was let in has `began_at`."""

    id = text(key=True)
    company = reference(Companies, null=True)
    switch = text(null=True)
    listener = text(null=True)
    target = text(null=True)
    dialled = text(null=True)
    door = text(null=True)
    call = text(null=True)
    target_leg = text(null=True)
    listener_leg = text(null=True)
    at = real(null=True)
    began_at = real(null=True)
    ended_at = real(null=True)
    ending = text(null=True)
    reason = text(null=True)

    class Meta:
        table_name = "listen_session"


index(ListenSessions, "listen_session_at", "company at id")
index(ListenSessions, "listen_session_target", "company target at")
index(ListenSessions, "listen_session_call", "call")
index(ListenSessions, "listen_session_open", "switch", where="began_at IS NOT NULL AND ended_at IS NULL")


class LedgerRejects(Table):
    """An entry that was set aside because no table would take it."""

    id = text(key=True)
    entry = text()
    error = text()
    at = real()

    class Meta:
        table_name = "ledger_reject"
