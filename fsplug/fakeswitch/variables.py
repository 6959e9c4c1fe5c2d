"""A channel's variables, kept as values and as the lines of an event."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from fsplug.esl.protocol.wire import encoded_value

_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
_encoded = lru_cache(maxsize=8_192)(encoded_value)


def encoded(value: str) -> str:
    """A header's value as FreeSWITCH encodes it; cached, because values recur."""
    return value if _PLAIN.fullmatch(value) else _encoded(value)


def joined(values: Sequence[str]) -> str:
    """How a variable holds several values (switch_event.c, 1.11.1), or one, or none."""
    return f"ARRAY::{'|:'.join(values)}" if len(values) > 1 else "".join(values)


class Layer:
    """Variables that many channels share, written once for all of them."""

    __slots__ = ("block", "values")

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.block = "".join(map(_line, values, values.values()))


class Variables:
    """Variables in the order they were set, those of layers first."""

    __slots__ = ("_block", "_ending", "_layers", "_lines", "_values")

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._lines: dict[str, str] = {}
        self._layers: tuple[Layer, ...] = ()
        self._ending = ""
        self._block: str | None = None

    def get(self, name: str) -> str | None:
        value = self._values.get(name)
        if value is None:
            for layer in self._layers:
                if name in layer.values:
                    return layer.values[name]
        return value

    def set(self, name: str, value: str | None) -> None:
        """Set a variable; None or an empty text unsets it (switch_channel_set_variable)."""
        self._block = None
        if any(name in layer.values for layer in self._layers):
            self._melt()
        if value:
            # A C string ends at its first NUL.
            value = value.partition("\0")[0]
            self._values[name] = value
            self._lines[name] = _line(name, value)
        else:
            self._values.pop(name, None)
            self._lines.pop(name, None)

    def lay(self, layer: Layer) -> None:
        """Add variables that other channels share."""
        self._layers += (layer,)
        self._block = None

    def end(self, lines: str) -> None:
        """Add the lines of the channel's report, which are sent but never read back."""
        self._ending += lines
        self._block = None

    def beginning_with(self, prefix: str) -> list[tuple[str, str]]:
        """The variables whose names begin with this prefix; layers have none that matter."""
        return [pair for pair in self._values.items() if pair[0].startswith(prefix)]

    def every(self) -> dict[str, str]:
        """Every variable but those of the report."""
        shared = {name: value for layer in self._layers for name, value in layer.values.items()}
        return {**shared, **self._values}

    def block(self) -> str:
        """Every variable as event lines."""
        if self._block is None:
            layers = "".join(layer.block for layer in self._layers)
            self._block = f"{layers}{''.join(self._lines.values())}{self._ending}"
        return self._block

    def _melt(self) -> None:
        """Copy the layers' variables into this channel, so that they can be changed."""
        for layer in self._layers:
            for name, value in layer.values.items():
                self._values.setdefault(name, value)
                self._lines.setdefault(name, _line(name, value))
        self._layers = ()


def _line(name: str, value: str) -> str:
    return f"variable_{name}: {encoded(value)}\n"
