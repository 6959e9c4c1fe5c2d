"""A change of a person in words."""

from fsplug.words.catalogue import Words


def line(words: Words, what: str, before: str | None, after: str | None) -> str:
    """One value that changes, such as "Console role: no access → superuser"; None stands for none."""
    return words(
        "waiting-item",
        what=words.known("waiting-what", what),
        before=_value(words, what, before),
        after=_value(words, what, after),
    )


def confirmers(words: Words, by_superuser: bool) -> str:
    """Who confirms a change, in the middle of a sentence."""
    return words("waiting-who-superuser" if by_superuser else "waiting-who-admin")


def _value(words: Words, what: str, value: str | None) -> str:
    return words("waiting-none") if value is None else _named(words, what, value)


def _named(words: Words, what: str, value: str) -> str:
    if what == "role":
        return words.known("waiting-role", value)
    if what == "admin":
        return words.known("waiting-admin", value)
    if what == "right":
        return words.known("waiting-right", value)
    return words.known("waiting-totp", value) if what == "totp" else value
