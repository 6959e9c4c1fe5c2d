"""What the people of the story do in the console, through its pages' functions; and what becomes of their mail."""

import random
from contextlib import suppress

from fsplug.errors import Invalid, Refused
from fsplug.lab.story.calls import StoryCall
from fsplug.lab.story.cast import ACME, BETA, BETAS_SUPERUSER, EVERYTHING, MY_CONSOLE, SUPERUSER
from fsplug.policy.listening.gate import Door, Ending, Reason
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import JournalEntry, ListenBegan, ListenEnded, ListenRefused
from fsplug.store.config import actors
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import Mail
from fsplug.store.recordings import access, deletions, share_visits, shares

LISTENER, LISTENED, _WITHOUT_RIGHT = "1002", "1001", "1009"
_LISTENS_SECONDS = 95.0
_OUTSIDERS = (
    ("indkob@nordvind.example", "Vores samtale om leveringen"),
    ("jurist@skovgaard.example", "Samtalen fra i går, som aftalt"),
    ("maria.lind@fjordbyg.example", "Aftalen om faste priser"),
)
_ADDRESS = "203.0.113.24"
_NO_SUCH_MAILBOX = "@old-acme.example"


def play(store: Store, recordings: list[str], chance: random.Random) -> None:
    """Superusers play these recordings, and one user plays their own."""
    for recording in recordings:
        for username in (chance.choice((SUPERUSER, EVERYTHING)), MY_CONSOLE):
            _play(store, ACME, recording, username)


def at_beta(store: Store, recording: str, days_ago: int) -> None:
    """Beta's superuser plays a recording, and shares it once."""
    _play(store, BETA, recording, BETAS_SUPERUSER)
    if days_ago == 8:
        offer = shares.Offer(recording, "inkop@norrsken.example", "Samtalet om avtalet", days=14)
        shares.create(store, BETA, offer, actors.actor(store, BETA, BETAS_SUPERUSER))


def _play(store: Store, domain: str, recording: str, username: str) -> None:
    # A recording is only played by a person who was in the call.
    with suppress(Refused, Invalid):
        access.play(store, domain, recording, actors.actor(store, domain, username))


def share(store: Store, recording: str, days_ago: int) -> None:
    """Now and then a recording is shared with somebody outside, who plays it; one of the shares is withdrawn."""
    if days_ago not in (24, 12, 5, 1):
        return
    eva = actors.actor(store, ACME, SUPERUSER)
    email, subject = _OUTSIDERS[days_ago % len(_OUTSIDERS)]
    made, _ = shares.create(store, ACME, shares.Offer(recording, email, subject, days=14), eva)
    post(store)
    visit = share_visits.begin(store, shares.new_link(store, made), _ADDRESS, "Mozilla/5.0")
    share_visits.prove(store, visit, shares.new_code(store, made), _ADDRESS)
    share_visits.play(store, visit, _ADDRESS)
    if days_ago == 12:
        shares.revoke(store, ACME, made.id, eva)


def delete(store: Store, recording: str, days_ago: int) -> bool:
    """Twice a recording must not be kept; returns whether it was deleted."""
    if days_ago not in (18, 4):
        return False
    deletions.delete(store, ACME, [recording], actors.actor(store, ACME, SUPERUSER))
    return True


def listen(store: Store, call: StoryCall, days_ago: int, switch: str, chance: random.Random) -> None:
    """Somebody listens in to a call that goes on, or tries to and is refused."""
    at, listen_in = store.now(), f"{chance.getrandbits(128):032x}"
    legs = (f"{chance.getrandbits(128):032x}", f"{chance.getrandbits(128):032x}")
    begun: list[JournalEntry]
    if days_ago % 2:
        words = (_WITHOUT_RIGHT, LISTENED, "*28*70101001", str(Door.DESK), legs[0], str(Reason.LISTENER_RIGHT))
        begun = [ListenRefused(listen_in, ACME, switch, *words, at)]
    else:
        who = (LISTENER, LISTENED, "*28*70101001", str(Door.DESK), call.id, *legs)
        over = min(at + _LISTENS_SECONDS, (call.answered_at or at) + call.conversation.seconds - 1.0)
        ended = ListenEnded(listen_in, over, str(Ending.LISTENER_HUNG_UP))
        begun = [ListenBegan(listen_in, ACME, switch, *who, at), ended]
    ledger.apply(store, begun)


def post(store: Store) -> None:
    """Send the mail that is due; mail to an unknown mailbox is returned."""
    for mail in mails.due(store, 1_000):
        if mails.take(store, mail.id):
            _arrive(store, mail)


def _arrive(store: Store, mail: Mail) -> None:
    if mail.receiver.endswith(_NO_SUCH_MAILBOX):
        mails.failed(store, mail.id, "mail-no-mailbox", f"550 5.1.1 <{mail.receiver}>: no such mailbox")
    else:
        mails.sent(store, mail.id)
