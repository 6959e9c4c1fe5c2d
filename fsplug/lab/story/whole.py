"""One conversation of the story with all that a telephone does: a customer agrees to be recorded, Bo pauses while a
card number is read out, asks Clara, and transfers the customer to her.
"""

import os
import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fsplug.lab.story.calls import user_then
from fsplug.lab.story.cast import ACME
from fsplug.lab.story.talks import ToldTalk, location, recording_id, talk_entries
from fsplug.lab.story.voices import Conversation, silenced
from fsplug.policy.consent import Form, Result
from fsplug.policy.conversation.events import Change, How
from fsplug.policy.entities import Direction, Party, Talk
from fsplug.policy.recording.holds import Holder
from fsplug.store.calls import ledger
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined, ConsentTaken
from fsplug.store.calls.entries import (
    CallAnswered,
    CallEnded,
    CallSeen,
    JournalEntry,
    RecordingHeld,
    RecordingSealed,
)
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from fsplug.words.prompts import prompt_texts
from fsplug.xml.dialplan.prompts import hash_of
from fsplug.xml.ways import OWN_PROMPTS

BO, CLARA, CUSTOMER = "1002", "1003", "+4526114410"
_CALLED, _GROUP, _IVR, _LANGUAGE = "+4570102001", "2001", "3001", "da"
DAYS_AGO, _O_CLOCK, _ZONE = (1, 8), time(10, 12), ZoneInfo("Europe/Copenhagen")
# Seconds after the customer's call came in.
_ASKED, _AGREED, _ANSWERED = 2.0, 11.0, 16.0
# Seconds into the talk with Bo.
PAUSED, WENT_ON = 30.0, 58.0
# How long it rings at Clara's.
_RINGS = 4.0


def began_at(now: float, days_ago: int) -> float:
    """When the conversation of that day began (epoch seconds)."""
    day = datetime.fromtimestamp(now, _ZONE).date() - timedelta(days=days_ago)
    return datetime.combine(day, _O_CLOCK, _ZONE).timestamp()


def happen(store: Store, archive: Path, at: float, spoken: Sequence[Conversation], switch: str) -> None:
    """Write the conversation that began at this time, and the files of its recordings.

    `spoken` are three conversations: of Bo and the customer, longer than WENT_ON; of Bo and Clara; of Clara and the
    customer.
    """
    chance = random.Random(f"whole conversation {at}")
    customer, bo, bo_asking, asked, clara, *ids = (f"{chance.getrandbits(128):032x}" for _ in range(8))
    version = policies.current_version(store, ACME)
    snapshot = policies.snapshot(store, ACME, version)
    by_bo, by_clara = (_inside(store, username, version) for username in (BO, CLARA))
    outside, held = Party(None, (CUSTOMER,)), _RINGS + spoken[1].seconds + 1.0
    answered = at + _ANSWERED
    left = answered + spoken[0].seconds
    asks = left - held
    with_bo = silenced(spoken[0], ((PAUSED, WENT_ON), (asks - answered, spoken[0].seconds)))
    first = ToldTalk(ids[0], customer, bo, _from_outside(outside, by_bo), answered, with_bo)
    asking = Talk(ACME, by_bo, by_clara, Direction.INTERNAL, (), ())
    between = ToldTalk(ids[1], bo_asking, asked, asking, asks + _RINGS, spoken[1])
    last = ToldTalk(ids[2], customer, clara, _from_outside(outside, by_clara), left, spoken[2])
    entries: list[JournalEntry] = [
        CallSeen(customer, ACME, switch, version, Direction.INCOMING, _GROUP, CUSTOMER, _CALLED, {}, at),
        _consent(customer, at),
        CallAnswered(customer, answered, ACME),
        *talk_entries(first, snapshot),
        RecordingHeld(f"{bo}-hold-1", recording_id(first.id), ACME, Holder.USER, asks, left),
        _by_bo(Change.PAUSE, f"{bo}-pause-1", customer, bo, answered + PAUSED, until=answered + WENT_ON),
        CallSeen(bo_asking, ACME, switch, version, Direction.INTERNAL, None, BO, CLARA, {}, asks),
        CallJoined(bo_asking, ACME, customer, asks),
        CallAnswered(bo_asking, asks + _RINGS, ACME),
        *talk_entries(between, snapshot),
        CallEnded(bo_asking, left, "NORMAL_CLEARING", ACME),
        _by_bo(Change.TRANSFER, f"{bo}-transfer", customer, bo, left, other=customer, how=How.ATTENDED),
        *talk_entries(last, snapshot),
        CallEnded(customer, last.until, "NORMAL_CLEARING", ACME),
    ]
    ledger.apply(store, entries)
    sealed = {one.recording for one in entries if isinstance(one, RecordingSealed)}
    for one in (first, between, last):
        if recording_id(one.id) in sealed:
            path = archive / location(ACME, recording_id(one.id), one.at)
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(one.conversation.path, path)


def _inside(store: Store, username: str, version: int) -> Party:
    user = user_then(store, ACME, username, version)
    return Party(user, (user.extension,))


def _from_outside(outside: Party, answerer: Party) -> Talk:
    return Talk(ACME, outside, answerer, Direction.INCOMING, (_GROUP,), ())


def _consent(leg: str, at: float) -> ConsentTaken:
    said, path = next(
        (text, OWN_PROMPTS / language / f"{name}.wav")
        for name, language, text in prompt_texts()
        if (name, language) == ("consent", _LANGUAGE)
    )
    return ConsentTaken(
        id=f"{leg}-consent-0",
        company=ACME,
        call=leg,
        leg=leg,
        number=CUSTOMER,
        user=None,
        form=Form.IVR,
        result=Result.YES,
        at=at + _ASKED,
        until=at + _AGREED,
        ivr=_IVR,
        languages=(_LANGUAGE,),
        hashes=(hash_of(path),),
        prompt=said,
        pressed="1",
    )


def _by_bo(change: Change, name: str, call: str, leg: str, at: float, **more: Any) -> CallChanged:
    return CallChanged(name, ACME, call, change, at, leg, user=BO, number=BO, **more)
