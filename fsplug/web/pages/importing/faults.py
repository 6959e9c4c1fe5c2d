"""What is wrong with users, in the viewer's words."""

from flask import g

from fsplug.store.change.coded import Coded


def in_words(text: Coded) -> str:
    """What is wrong and what to do about it, in the viewer's language; in English where there are no words for it."""
    try:
        found: str = g.words("import-fault-" + text.code, **text.facts)
    except LookupError:
        return str(text)
    return found
