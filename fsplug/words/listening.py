"""The texts about listening in: why somebody can't, and who listens to somebody."""

from collections.abc import Sequence

from fsplug.words.catalogue import Words, spoken

# `fsplug.policy.listening.gate.Reason`
_OTHER_NODE = "on-another-node"


def why_not(code: str, language: str, call_on: str = "", phone_on: str = "") -> str:
    """Why somebody can't listen, for a code of the listening gate; in this language, or in English.

    `call_on` is the node that has the call, if another than the one asked has it, and `phone_on` the one asked.
    """
    words = Words(spoken(language))
    if code == _OTHER_NODE and call_on:
        name = "listening-on-another-node" if phone_on else "listening-not-from-here"
        return words(name, call=call_on, phone=phone_on)
    return words(f"prompt-{prompt(code)}")


def why_not_twice(language: str) -> str:
    """Why somebody whose line is taken by a listen-in can't begin another."""
    return Words(spoken(language))("listening-already")


def prompt(code: str) -> str:
    """The name of the prompt that says the same, without the file's suffix."""
    return f"listen-{code}"


def shown(names: Sequence[str], language: str) -> str:
    """The text on the phone of the person listened to: who listens."""
    return Words(spoken(language))("listening-on-phone", names=", ".join(names))
