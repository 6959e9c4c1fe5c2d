"""An office on a FreeSWITCH that runs on rendered files alone."""

import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fsplug.lab.exchange import Exchange
from fsplug.lab.freeswitch import RealSwitch
from fsplug.lab.scenario import SCENARIOS, Scenario, ScenarioRole
from fsplug.lab.sipp import play
from fsplug.policy.hours import DAYS
from fsplug.store.change import planning
from fsplug.store.db.database import Store
from fsplug.xml.files import Files, Folder
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways
from tests.switches.barephone import BarePhone
from tests.switches.standin import StandIn
from tests.xml.installed import demo

ACME, BETA = "acme.example", "beta.example"
ZONE = "Pacific/Auckland"
OPEN, CLOSED, UNKNOWN_ZONE = "+4570104001", "+4570104002", "+4681004003"
Document = dict[str, Any]


class Office:
    """A FreeSWITCH on rendered files. `change` changes what the files are rendered of."""

    def __init__(self, store: Store, switch: RealSwitch, ways: Ways) -> None:
        self._store, self._ways = store, ways
        self.switch = switch
        self.exchange = Exchange(switch.ports)

    def change(self, how: Callable[[Document], object]) -> None:
        """Change the document of before the tests, render it, and have the switch read it."""
        document = furnished()
        how(document)
        planning.apply_plan(self._store, planning.plan(self._store, document), "test")
        Folder(self.switch.conf).write(Files(self._store, Templates(), self._ways).every())
        assert self.switch.api("reloadxml").startswith("+OK")

    @contextmanager
    def phone(self, user: str, company: str = ACME) -> Iterator[BarePhone]:
        """A phone of this user's, signed in by digest."""
        with BarePhone() as one, self.exchange.signed_in(company, {user: one.port}):
            yield one

    def fsplug(self) -> StandIn:
        """Somebody who is asked, and says nothing."""
        return StandIn(self.switch.ports.fsplug_port, {})

    def play(self, *roles: ScenarioRole) -> list[str]:
        """Have these people do what they do; what went wrong."""
        scenario = Scenario("test", SCENARIOS / "roles", "", roles[0].company, roles)
        return [one.complaint for one in play(scenario, self.exchange) if not one.is_well]


def furnished() -> Document:
    """The demo, its companies far from each other in time, with numbers that are open and closed just now."""
    document = demo()
    acme, beta = document["company"]
    acme["timezone"], beta["timezone"] = ZONE, "Asia/Tokyo"
    acme["ivr"][0] |= {"timeout_seconds": 1, "tries": 2}
    acme["group"].append({"number": "2004", "members": ["1001", "1002", "1003"], "strategy": "random"})
    acme["group"].append({"number": "2005", "members": ["1001"], "ring_seconds": 1, "overflow": {"group": "2003"}})
    groups = {"group": "2001", "closed": {"group": "2002"}}
    acme["number"] += [
        {"number": OPEN, "hours": hours_around_now(), **groups},
        {"number": "+4570104004", "group": "2004"},
        {"number": "+4570104005", "group": "2005"},
        {"number": CLOSED, "hours": [f"{day_from_now(2)}-{day_from_now(5)} 00:00-24:00"], **groups},
    ]
    beta["number"].append(
        {"number": UNKNOWN_ZONE, "group": "2001", "hours": ["mon 00:00-00:01"], "closed": {"user": "1001"}}
    )
    return document


def day_from_now(days: int) -> str:
    return DAYS[(datetime.now(ZoneInfo(ZONE)).weekday() + days) % 7]


def hours_around_now() -> list[str]:
    now = datetime.now(ZoneInfo(ZONE))
    begins = now - timedelta(hours=1) if now.hour else now.replace(minute=0)
    return [f"{day_from_now(0)} {begins:%H:%M}-24:00", f"{day_from_now(1)} 00:00-01:00"]


def short_prompt(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(3200))
