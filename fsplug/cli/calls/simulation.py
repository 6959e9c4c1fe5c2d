"""A simulated call, as people read it."""

from collections.abc import Mapping

from fsplug.cli.calls import words
from fsplug.cli.kernel.output import table
from fsplug.store.calls.simulate import Facts


def heading(facts: Facts) -> Mapping[str, object]:
    """The simulated call, as people read it."""
    asked: Facts = {
        "company": f"{facts['company']}, policy version {facts['version']}",
        "from": f"{facts['from']['given']} ({facts['from']['description']})",
        "to": f"{facts['to']['given']} ({facts['to']['description']})",
    }
    return asked | ({"through group": ", ".join(facts["groups"])} if facts["groups"] else {})


def lines(facts: Facts) -> list[str]:
    """The verdicts, as people read them."""
    rows = [
        (one["leg"], _outcome(one), one["rule"], words.reason(one["reason"], **_named(one)), one["user"])
        for one in facts["verdicts"]
    ]
    return table(("if this leg answers", "verdict", "rule", "reason", "user"), rows) if rows else ["nobody may answer"]


def _outcome(verdict: Facts) -> str:
    return words.outcome(verdict["record"], verdict["on_demand"])


def _named(verdict: Facts) -> Facts:
    return {name: verdict[name] for name in ("user", "group", "number", "direction")}
