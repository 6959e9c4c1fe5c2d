"""What policy would decide about a call that nobody has made: the same arms as on the live path (spec B2)."""

from collections.abc import Mapping

from fsplug.policy.consent import ANSWERER, CALLER
from fsplug.policy.entities import Party, PolicySnapshot, User
from fsplug.policy.recording.legs import Arm, Leg, Ringing, arms

# Stands for the uuid of the leg that would call.
_NOBODYS_CALL = "simulated"


def simulate(
    caller: Party,
    answerers: Mapping[str, User | None],
    snapshot: PolicySnapshot,
    *,
    dialled: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
    forwarders: tuple[str, ...] = (),
) -> tuple[Arm, ...]:
    """One arm for each leg that may answer. Whoever is to hear an announcement has heard it, and nobody is asked.

    `answerers` holds the user of each leg by the leg's name, None for a trunk; `dialled`, the numbers of `caller` and
    `forwarders` may be spelled in any way; `groups` are the ring groups the call comes through, oldest first.
    """
    leg = Leg(
        uuid=_NOBODYS_CALL,
        company=snapshot.company,
        call=_NOBODYS_CALL,
        username=caller.user.username if caller.user else "",
        called_in=True,
        numbers=caller.numbers,
        dialled=dialled,
        forwarders=forwarders,
        groups=groups,
    )
    return arms(Ringing(leg, caller.user, answerers), snapshot, told=(CALLER, ANSWERER))
