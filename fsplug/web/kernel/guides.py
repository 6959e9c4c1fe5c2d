"""What people do, step by step, in the words that the pages have."""

from collections.abc import Iterator
from itertools import count

from markupsafe import Markup

from fsplug.words.catalogue import Words


def steps(words: Words, guide: str) -> Iterator[Markup]:
    """The steps of the guide of this name, in the order in which they are done: the texts help-GUIDE-1 and so on.

    What the pages call something is in bold.
    """
    labels = _Labels(words)
    for number in count(1):
        said = words.texts.get(f"help-{guide}-{number}")
        if said is None:
            return
        yield Markup(said[words.language]).format_map(labels)


class _Labels(dict[str, Markup]):
    """Every text of the console by its name with _ for -, in bold."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, name: str) -> Markup:
        return Markup("<strong>{}</strong>").format(self._words.texts[name.replace("_", "-")][self._words.language])
