"""What the prompts say that come with fsplug."""

from collections.abc import Iterator

from fsplug.words.catalogue import own

_PROMPT = "prompt-"


def prompt_texts() -> Iterator[tuple[str, str, str]]:
    """Each prompt's name, which is that of its file, a language, and its text in it."""
    for name, by_language in own().items():
        if name.startswith(_PROMPT):
            yield from ((name.removeprefix(_PROMPT), language, text) for language, text in by_language.items())
