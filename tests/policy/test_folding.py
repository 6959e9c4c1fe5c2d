"""What people type finds what is written with letters that their keyboards lack."""

from fsplug.policy.folding import FOLDS, folded, spelt

SPELT = {
    "\u00d8sterg\u00e5rd": ("ostergard", "ostergard"),
    "Aage Aaes": ("aage aaes", "age as"),
    "\u00c6r\u00f8": ("aero", "aro"),
    "Malm\u00f6": ("malmo", "malmo"),
    "e\u0301clair": ("eclair", "eclair"),
    "Stra\u00dfe": ("strasse", "strasse"),
    "plain_100%": ("plain_100%", "plain_100%"),
}


def test_letters_are_folded_as_people_write_them_elsewhere() -> None:
    assert {text: (folded(text), spelt(text)) for text in SPELT} == SPELT


def test_what_is_folded_stays_so() -> None:
    assert all(folded(plain) == plain for plain in FOLDS.values())
