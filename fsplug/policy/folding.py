"""Texts brought to what people type when they look for them: without case, accents and the letters that other
keyboards lack.
"""

import unicodedata
from functools import lru_cache

# What Unicode does not take apart: ae, o with stroke, eth, thorn, sharp s, l and d with stroke, oe.
LETTERS = {
    "\u00e6": "ae",
    "\u00c6": "ae",
    "\u00f8": "o",
    "\u00d8": "o",
    "\u00f0": "d",
    "\u00d0": "d",
    "\u00fe": "th",
    "\u00de": "th",
    "\u00df": "ss",
    "\u0142": "l",
    "\u0141": "l",
    "\u0111": "d",
    "\u0110": "d",
    "\u0153": "oe",
    "\u0152": "oe",
}
# How a letter is written where a keyboard lacks it: a with ring, ae, a and o with diaeresis, o with stroke.
SPELLINGS = (("aa", "a"), ("ae", "a"), ("oe", "o"))
_TRANSLATED = str.maketrans(LETTERS)


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """The text in lower case and without accents, such as "oster" for O-with-stroke, s, t, e, r."""
    if text.isascii():
        return text.lower()
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return plain.translate(_TRANSLATED).lower()


def spelt(text: str) -> str:
    """The folded text with one letter for what other keyboards write with two: "Aase" and A-with-ring, s, e alike."""
    found = folded(text)
    for two, one in SPELLINGS:
        found = found.replace(two, one)
    return found
