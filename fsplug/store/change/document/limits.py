"""What one value of the operator's document may be: each limit checks inside pydantic, and says what is wrong."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from fsplug.policy.one_line import CONTROLS, LONGEST_TEXT, shown, text_trouble
from fsplug.policy.terms import SomeOf

_UNKNOWN = "is not known"


@dataclass(frozen=True, slots=True)
class Limit(ABC):
    """Stands in `Annotated[...]`. `says` is what to write instead, also where the value is missing."""

    says: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # The error carries the limit that it broke: pydantic's own messages are never read.
        return core_schema.custom_error_schema(
            self.schema(), custom_error_type="limit", custom_error_message="limit", custom_error_context={"limit": self}
        )

    @abstractmethod
    def schema(self) -> CoreSchema:
        """The check, as pydantic compiles it."""

    @abstractmethod
    def trouble(self, value: object) -> str:
        """What is wrong with a value that did not pass, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Text(Limit):
    """One line of text, `shape` its regular expression (Rust's) if it has one; what is `secret` is never repeated."""

    shape: str | None = None
    longest: int = LONGEST_TEXT
    secret: bool = False
    wrong: str = "is not valid"

    def schema(self) -> CoreSchema:
        """Text without controls, then the shape."""
        line = core_schema.str_schema(strict=True, max_length=self.longest, pattern=f"^[^{CONTROLS}]*$")
        if self.shape is None:
            return line
        return core_schema.chain_schema([line, core_schema.str_schema(pattern=f"^(?:{self.shape})$")])

    def trouble(self, value: object) -> str:
        """As `Limit.trouble`."""
        what = "the given value" if self.secret else shown(value)
        if not isinstance(value, str):
            return f"{what} must be text in quotes"
        return f"{what} {text_trouble(value) or f'{self.wrong}; {self.says}'}"


@dataclass(frozen=True, slots=True)
class OneOf(Text):
    """One of these texts."""

    choices: tuple[str, ...] = ()
    wrong: str = _UNKNOWN

    def schema(self) -> CoreSchema:
        """Exactly one of them: nothing is brought to text."""
        return core_schema.literal_schema(list(self.choices))


@dataclass(frozen=True, slots=True)
class Choices(Text):
    """Some of these words in one text; `read` gives them in their order, and ValueError for any other."""

    read: Callable[[str], str] = str
    wrong: str = _UNKNOWN

    def schema(self) -> CoreSchema:
        """Text that names some, or says that there are none."""
        return core_schema.no_info_after_validator_function(self.read, Text.schema(self))


@dataclass(frozen=True, slots=True)
class TimeZone(Text):
    """A time zone that this machine knows."""

    wrong: str = _UNKNOWN

    def schema(self) -> CoreSchema:
        """Text that names one."""
        # Named by its class: `super()` finds no class in one that was made again for its slots.
        return core_schema.no_info_after_validator_function(_timezone, Text.schema(self))


@dataclass(frozen=True, slots=True)
class WholeNumber(Limit):
    """A whole number from `least` to `most`."""

    least: int = 1
    most: int = 3600

    def schema(self) -> CoreSchema:
        """An int within its bounds; a bool is refused."""
        return core_schema.int_schema(strict=True, ge=self.least, le=self.most)

    def trouble(self, value: object) -> str:
        """As `Limit.trouble`."""
        # In Python true is an int; in the document it is not.
        if not isinstance(value, int) or isinstance(value, bool):
            return f"{shown(value)} must be a whole number"
        return f"{shown(value)} must lie from {self.least} to {self.most}"


@dataclass(frozen=True, slots=True)
class InlineTable(Limit):
    """A table whose keys are read separately."""

    def schema(self) -> CoreSchema:
        """Any table."""
        return core_schema.dict_schema(strict=True)

    def trouble(self, value: object) -> str:
        """As `Limit.trouble`."""
        return f"{shown(value)} must be a table; {self.says}"


@dataclass(frozen=True, slots=True)
class Says:
    """What to write where a table or list is missing."""

    says: str


def one_of(choices: type[StrEnum]) -> OneOf:
    """One of an enum's values, as text."""
    names = tuple(map(str, choices))
    return OneOf(f"use {' or '.join(names)}", choices=names)


def some_of(words: SomeOf) -> Choices:
    """Some of an enum's values, as text."""
    return Choices(words.trouble("") or "", read=words.plain)


def inline(*keys: str) -> InlineTable:
    """A table that leads somewhere: one of these keys stands in it."""
    return InlineTable(f'write it like {{ {keys[0]} = "..." }}')


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(name) from error
    return name


# Usernames, extensions and trunks become part of channel variables and of comma-separated lists on the switch.
SipName = Annotated[str, Text("use up to 64 of A-Z a-z 0-9 - _", "[A-Za-z0-9_-]{1,64}")]
Extension = Annotated[str, Text("use digits only", "[0-9]{1,15}")]
Domain = Annotated[
    str,
    Text(
        "write it in lower case, such as acme.example",
        r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*",
        longest=253,
    ),
]
Country = Annotated[str, OneOf("use a two-letter ISO code such as DK", choices=tuple(phonenumbers.SUPPORTED_REGIONS))]
Language = Annotated[str, Text("use a code such as da or en-GB", "[a-z]{2}(-[A-Z]{2})?")]
Zone = Annotated[str, TimeZone("use a name such as Europe/Copenhagen")]
Email = Annotated[str, Text("write it like anna@acme.example", r"|[^@\s]+@[^@\s]+\.[^@\s]+")]
Host = Annotated[
    str,
    Text(
        "write a host name or an address, without a port",
        r"|[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]",
    ),
]
Prefix = Annotated[str, Text("write + and the first digits, such as +45", r"\+[0-9]{0,15}")]
# What SIP's digest and an XML attribute both carry without a second thought.
Password = Annotated[str, Text("use 8 to 128 of ASCII's printable characters", r"[\x21-\x7e]{8,128}", secret=True)]
A1Hash = Annotated[str, Text("it is the MD5 of username:domain:password in 32 hex digits", "[0-9a-f]{32}", secret=True)]
# A name in the prompts' own folder, nothing else on the switch's disk.
PromptFile = Annotated[
    str,
    Text(
        "name a file of the prompts' folder, such as welcome.wav",
        r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\.[A-Za-z0-9_-]+)*\.wav",
    ),
]
Digit = Annotated[str, Text("use one of 0-9 * #", "[0-9*#]", wrong="is not a key of a telephone")]
Line = Annotated[str, Text()]


def named(says: str, longest: int = LONGEST_TEXT) -> Text:
    """A line of text that is not blank."""
    return Text(says, r".*\S.*", longest)
