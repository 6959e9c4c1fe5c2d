"""Colleagues, customers and those who listen to them, on either kind of switch; told apart by tones on the real one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from fsplug.lab.freeswitch import wait_for
from fsplug.store.calls import listen_sessions
from fsplug.store.calls.listen_sessions import ListenIn
from tests.calls.people import CUSTOMER
from tests.calls.plant import ACME, Plant

Change = Callable[[dict[str, Any]], None]

ANNA, BO, CLARA, DAVID = "1001", "1002", "1003", "1004"
# What is dialled to listen to Anna.
ANNAS_STAR = "*28*70101001"
# What everybody speaks with on the real switch.
HERTZ = {ANNA: 440, BO: 700, CLARA: 900, DAVID: 1100, CUSTOMER: 1500, "trunk": 1900}
AUDIBLE, SILENT = -40.0, -60.0


def allowed(document: dict[str, Any]) -> None:
    """Everybody is licensed and allows it, and Bo and David may listen."""
    for user in document["company"][0]["user"]:
        user["licences"] = ["contact-pro"]
        user["profile"] = [{"name": "available", "allow_listen": True, "active": True}, {"name": "meeting"}]
        user["rights"] = ["listen-in"] if user["username"] in (BO, DAVID) else []


def user_of(document: dict[str, Any], username: str) -> dict[str, Any]:
    """A user of the first company in the document."""
    return next(user for user in document["company"][0]["user"] if user["username"] == username)


class Caller(Protocol):
    """Somebody who has dialled."""

    def hears(self, *who: str) -> bool:
        """Whether all of these reach this one's ear now; on the fake switch, whether they are connected to a talk."""

    def hears_nothing(self) -> bool:
        """Whether not a sound comes."""

    def is_over(self) -> bool:
        """Whether the call has ended."""

    def hang_up(self) -> None:
        """End it."""

    def vanish(self) -> None:
        """Be gone without a word."""


class Talk(Protocol):
    """Two who talk to each other; `answerer` was called."""

    def hang_up(self, by: str) -> None:
        """One of them says goodbye."""

    def transfer(self, by: str, to: str) -> None:
        """One of them sends the other on."""

    def hold(self, by: str, held: bool) -> None:
        """One of them puts the other on hold, or takes the call back."""

    def change_codec(self, by: str, codec: str) -> None:
        """One of their phones goes on with another codec."""

    def says(self, by: str, number: str) -> None:
        """One of them says that somebody else is there: an UPDATE with this number."""

    def connect(self, by: str, ringing: "Talk") -> None:
        """One of them connects the other with the phone that this one's second call rings."""

    def answer(self, by: str) -> None:
        """This one, whose phone rings, answers."""


class Party(Protocol):
    """All who take part in a test."""

    def talk(self, caller: str, answerer: str, dials: str = "") -> Talk:
        """A customer or colleague calls the other, or another number that rings the other, who answers."""

    def ring(self, caller: str, called: str, *, dials: str = "") -> Talk:
        """It rings and nobody answers."""

    def only_rings(self, user: str) -> None:
        """This user's phone only rings, unless it is told to answer."""

    def dial(self, user: str, number: str, headers: str = "", says: str = "") -> Caller:
        """A user's phone dials, with these headers more, and with somebody else (`says`) in From."""

    def dial_in(self, number: str, dialled: str, headers: str = "") -> Caller:
        """Somebody outside dials, over the trunk."""

    def presses(self, mobile: str, key: str) -> None:
        """Whoever answers this mobile presses this key where one is asked for, if it is one."""

    def called_back(self, mobile: str) -> Caller:
        """This mobile, called by the trunk, once it has answered and pressed its key."""

    def asserts(self, user: str, number: str) -> None:
        """This user has a phone that answers, and whose answer says that somebody with this number did."""

    def is_ready(self, user: str) -> None:
        """This user has a phone that answers, from now on."""

    def is_refused(self, dialled: str) -> None:
        """The customer dials with a codec that the switch does not have, and is refused."""

    def speaks(self, who: str, codec: str) -> None:
        """The phone of this user has this codec and no other (fsplug.lab.sip_message)."""


@dataclass(slots=True)
class Listens:
    """What fsplug has written down of listen-ins since the test began."""

    plant: Plant
    known: set[str] = field(default_factory=set)

    def rows(self) -> list[ListenIn]:
        """Oldest first."""
        found = listen_sessions.listed(self.plant.store, ACME, 10_000)
        return [row for row in reversed(found) if row.id not in self.known]

    def until(self, holds: Callable[[ListenIn], bool], what: str, count: int = 1) -> list[ListenIn]:
        """Wait until there are so many rows and each of them is so."""

        def are_so() -> bool:
            found = self.rows()
            return len(found) == count and all(map(holds, found))

        try:
            wait_for(are_so, what)
        except Exception as error:
            raise AssertionError(f"{what}; there is {self.rows()}") from error
        return self.rows()

    def display(self) -> str:
        """What the heard leg was shown last, as the switch has it."""
        legs = [row.target_leg for row in self.rows()]
        return self.plant.line.api(f"uuid_getvar {legs[-1]} last_sent_callee_id_name").strip() if legs else ""


def both(first: Change, second: Change) -> Change:
    """One change, and then the other."""

    def change(document: dict[str, Any]) -> None:
        first(document)
        second(document)

    return change


def without_right(document: dict[str, Any]) -> None:
    """Bo may not listen."""
    user_of(document, BO).update(rights=[])


def until_heard(listener: Caller, *who: str) -> None:
    """Return when all of these reach the listener's ear."""
    wait_for(lambda: listener.hears(*who), f"the listener to hear {who}")


def until_over(listener: Caller) -> None:
    """Return when the listener's call is over."""
    wait_for(listener.is_over, "the listener to be cut")


def has_ended(row: ListenIn) -> bool:
    """Whether its end is written down."""
    return row.ending is not None


def names_in(display: str) -> set[str]:
    return {name.strip() for name in display.removesuffix("lytter med").split(",")}
