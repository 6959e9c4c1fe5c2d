"""What a table of a leg that gets another partner says: a flow and its outcome."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.esl.flows import Marks

DOCTOR = "+4522334499"


@dataclass(frozen=True, slots=True)
class Kind:
    """A flow, and its outcome: talks decided, recordings kept, commands given, gap rows written."""

    name: str
    legs: Mapping[str, Marks]
    events: str
    talks: str
    kept: str = ""
    commands: str = ""
    gaps: str = ""
