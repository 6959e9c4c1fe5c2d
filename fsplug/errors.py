"""Every error fsplug raises on purpose, sorted by whose fault it is.

An error is a machine code (`unknown-company`), a sentence that names the value and the remedy, and the facts.
"""


class FsplugError(Exception):
    """The root; `code` is stable for machines, `str(error)` is for people, `facts` hold the values named in it."""

    def __init__(self, code: str, text: str, **facts: object) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.facts = facts


class Refused(FsplugError):
    """The request was understood, but policy, a missing right or the state of the call forbids it."""


class TryLater(Refused):
    """Too much was tried; after `seconds` the same request may be made again."""

    def __init__(self, code: str, text: str, seconds: float, **facts: object) -> None:
        super().__init__(code, text, seconds=seconds, **facts)
        self.seconds = seconds


class Invalid(FsplugError):
    """Input that the person or program who gave it can correct: CLI exit 2, HTTP 422."""


class Unavailable(FsplugError):
    """The switch, the store or the archive did not answer as promised; the same request may work later."""


class TooBusy(Unavailable):
    """There is too much to do at this moment; after `seconds` the same request may be made again."""

    def __init__(self, code: str, text: str, seconds: float, **facts: object) -> None:
        super().__init__(code, text, seconds=seconds, **facts)
        self.seconds = seconds
