"""The texts about listening in: why somebody can't, and who listens to somebody."""

from collections.abc import Sequence

from fsplug.words.catalogue import Words, spoken


def why_not(code: str, language: str) -> str:
    """Why somebody can't listen, for a code of the listening gate; in this language, or in English."""
    return Words(spoken(language))(f"prompt-{prompt(code)}")


def prompt(code: str) -> str:
    """The name of the prompt that says the same, without the file's suffix."""
    return f"listen-{code}"


def shown(names: Sequence[str], language: str) -> str:
    """The text on the phone of the person listened to: who listens."""
    return Words(spoken(language))("listening-on-phone", names=", ".join(names))
