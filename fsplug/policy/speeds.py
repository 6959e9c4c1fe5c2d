"""How fast recordings are played."""

from fsplug.errors import Invalid

SPEEDS = (0.75, 1.0, 1.25, 1.5, 2.0)
USUAL = 1.0


def speed_of(typed: str) -> float:
    """The speed that is written so; Invalid("unknown-speed") for any that players don't offer."""
    found = next((one for one in SPEEDS if str(one) == typed), None)
    if found is None:
        offered = ", ".join(map(str, SPEEDS))
        raise Invalid("unknown-speed", f"{typed[:20]!r} is no speed of the player; choose {offered}", speed=typed[:20])
    return found
