"""Texts brought to what people type when they look for them: without case, accents and the letters that other
keyboards lack. A database folds its columns by the same table (`fsplug.store.db.folding`).
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

# What Unicode does not take apart: ae, o with stroke, eth, thorn, sharp s, l and d with stroke, oe.
_WHOLE = {
    "\u00e6": "ae",
    "\u00f8": "o",
    "\u00f0": "d",
    "\u00fe": "th",
    "\u00df": "ss",
    "\u0142": "l",
    "\u0111": "d",
    "\u0153": "oe",
}
_ACCENTS = range(0x0300, 0x0370)
# Latin-1's letters, and Latin Extended-A and -B.
_LETTERS = range(0x00C0, 0x0250)
# How a letter is written where a keyboard lacks it: a with ring, ae, a and o with diaeresis, o with stroke.
SPELLINGS = (("aa", "a"), ("ae", "a"), ("oe", "o"))


def _folds() -> Iterator[tuple[str, str]]:
    yield from ((chr(code), "") for code in _ACCENTS)
    for char in map(chr, _LETTERS):
        small = char.lower()
        plain = _WHOLE.get(small) or "".join(one for one in unicodedata.normalize("NFD", small) if one.isascii())
        if plain:
            yield char, plain


# What becomes of each letter that is not ASCII's.
FOLDS: Mapping[str, str] = dict(_folds())
_TRANSLATED = str.maketrans(dict(FOLDS))


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """The text in lower case and without accents, such as "oster" for O-with-stroke, s, t, e, r."""
    return text.lower() if text.isascii() else text.translate(_TRANSLATED).lower()


@lru_cache(maxsize=65_536)
def spelt(text: str) -> str:
    """The folded text with one letter for what other keyboards write with two: "Aase" and A-with-ring, s, e alike."""
    found = folded(text)
    for two, one in SPELLINGS:
        found = found.replace(two, one)
    return found
