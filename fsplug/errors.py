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


class Invalid(FsplugError):
    """Input that the person or program who gave it can correct: CLI exit 2, HTTP 422."""


class Unavailable(FsplugError):
    """The switch, the store or the archive did not answer as promised; the same request may work later."""
