"""The texts about the agent's hand on a recording: why something can't be done to it."""

from fsplug.words.catalogue import Words, spoken


def why_not(code: str, language: str) -> str:
    """Why an act is refused, for a code of the control gate; in this language, or in English."""
    words = Words(spoken(language))
    return words.known("control", code)
