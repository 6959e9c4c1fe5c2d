"""What a switch needs to arm calls by itself while fsplug is away: what an installation sets up, and what it can't."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsplug.xml.install.installation import Installation


def missing(domains: Sequence[str], wanted: "Installation") -> list[str]:
    """What the switch lacks to record these companies' calls, each in a sentence."""
    from fsplug.xml.install.installation import PYTHON

    if not domains or wanted.arms_itself:
        return []
    text = f"this switch has no {PYTHON} (--modules DIR names the folder of its modules)"
    return [f"{text}: while fsplug is away, the calls of {', '.join(domains)} go on unrecorded"]


def steps(wanted: "Installation") -> list[str]:
    """What the operator must do besides: the environment of the switch is not part of its configuration."""
    return [f"give the switch this environment: PYTHONPATH={python_path()}"] if wanted.arms_itself else []


def python_path() -> str:
    """Where the switch's Python finds fsplug and the libraries that arming needs."""
    found = (find_spec(name) for name in ("fsplug", "phonenumbers"))
    places = (Path(one.origin).parents[1] for one in found if one is not None and one.origin)
    return ":".join(dict.fromkeys(map(str, places)))
