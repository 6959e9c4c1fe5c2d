"""Short words for calls that are no scenario of fixtures/sipp: who calls, who answers, how long they talk."""

from fsplug.lab.scenario import SCENARIOS, Scenario, ScenarioRole
from tests.calls.crowds import CUSTOMER
from tests.calls.plant import ACME

WORKS_DOCTOR = "+4522334499"
ANNA, CLARA = "1001", "1003"


def incoming(answerer: str = ANNA, caller: str = CUSTOMER, dials: str = "", **talk: object) -> Scenario:
    """A call from outside that this user answers."""
    calls = dials or f"+457010{answerer}"
    return _two(
        ScenarioRole("answers", ACME, user=answerer),
        ScenarioRole("outside-calls", ACME, number=caller, calls=calls, **talk),
    )


def outgoing(caller: str = ANNA, dials: str = CUSTOMER, **talk: object) -> Scenario:
    """A user's call to the outside."""
    return _two(ScenarioRole("answers", ACME), ScenarioRole("user-calls", ACME, user=caller, calls=dials, **talk))


def internal(caller: str, answerer: str, **talk: object) -> Scenario:
    """A call between colleagues."""
    return _two(
        ScenarioRole("answers", ACME, user=answerer),
        ScenarioRole("user-calls", ACME, user=caller, calls=answerer, **talk),
    )


def transferred(caller: str, first: str, second: str, before: float, after: float, dials: str = "") -> Scenario:
    """A call from outside that `first` answers and passes on to `second`."""
    calls = dials or f"+457010{first}"
    return Scenario(
        "transferred",
        SCENARIOS / "roles",
        "",
        ACME,
        (
            ScenarioRole("answers-and-transfers", ACME, user=first, talk_seconds=before, target=second),
            ScenarioRole("answers", ACME, user=second),
            ScenarioRole("outside-calls", ACME, number=caller, calls=calls, talk_seconds=before + after),
        ),
    )


def passed_on(caller: str, dials: str, to: str, before: float, after: float) -> Scenario:
    """A user's call to the outside; the user passes the other one on to a colleague."""
    return Scenario(
        "passed-on",
        SCENARIOS / "roles",
        "",
        ACME,
        (
            ScenarioRole("answers-and-hangs-up", ACME, talk_seconds=before + after),
            ScenarioRole("answers", ACME, user=to),
            ScenarioRole("user-calls-and-transfers", ACME, user=caller, calls=dials, talk_seconds=before, target=to),
        ),
    )


def nothing(document: dict) -> None:
    """The demo's companies as they are."""


def flags_off(document: dict) -> None:
    """Nobody carries the recording flag."""
    for user in _acme(document)["user"]:
        user["record"] = False


def boxes_off(document: dict) -> None:
    """No department records anything."""
    for policy in _acme(document)["policy"]:
        policy |= {"incoming": False, "outgoing": False, "internal": False}


def group_2003_never(document: dict) -> None:
    """What comes through the group 2003 is not recorded."""
    next(group for group in _acme(document)["group"] if group["number"] == "2003")["mode"] = "never"


def customer_excluded(document: dict) -> None:
    """The customer is not recorded."""
    _acme(document)["excluded"].append({"number": CUSTOMER})


def mono(document: dict) -> None:
    """Every department records both parties on one channel."""
    for policy in _acme(document)["policy"]:
        policy["channels"] = "mono"


def first_second(document: dict) -> None:
    """Every department records the first second of a talk."""
    first_seconds(document, 1)


def first_seconds(document: dict, limit: int) -> None:
    """Every department records so many seconds of a talk."""
    for policy in _acme(document)["policy"]:
        policy["max_seconds"] = limit


def sales_internal(document: dict) -> None:
    """Sales, too, records what colleagues say to each other."""
    next(policy for policy in _acme(document)["policy"] if policy["department"] == "Sales")["internal"] = True


def _acme(document: dict) -> dict:
    return next(company for company in document["company"] if company["domain"] == ACME)


def _two(answering: ScenarioRole, calling: ScenarioRole) -> Scenario:
    return Scenario("two", SCENARIOS / "roles", "", ACME, (answering, calling))
