"""Whom the elaborate company's numbers ring, and what a number that is dialled runs."""

from fsplug.xml.answers import Answers
from tests.xml import documents
from tests.xml.elaborate import DOMAIN as WIDE

ACME, BETA = "acme.example", "beta.example"
ANNA = [
    "sofia/internal/anna-app%wide.example",
    "sofia/internal/anna%wide.example",
    "sofia/gateway/far/+4520501001",
    "sofia/internal/anna-tablet%wide.example",
]
BO, CY = "sofia/internal/d2%wide.example", "sofia/internal/d3%wide.example"


def run(answers: Answers, dialled: str, domain: str = WIDE) -> documents.Tree:
    """The extension that a number runs."""
    [*_, found] = documents.extensions_run(documents.answer(answers.dialplan(domain, dialled)), dialled)
    return found
