"""What is wrong with an entry, as a sentence that carries a code and its facts as well."""


class Coded(str):
    """An English sentence with its remedy. A page has a text of its own for the `code`, made from the `facts`."""

    code: str
    facts: dict[str, str]

    def __new__(cls, code: str, text: str, **facts: str) -> "Coded":
        """The sentence `text`."""
        made = super().__new__(cls, text)
        made.code, made.facts = code, facts
        return made
