"""All measurements, and the report on them."""

import shutil
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks import (
    apply,
    audittrail,
    away,
    callsetup,
    change,
    consoleload,
    fakeload,
    firstaudio,
    firstwords,
    flows,
    listening,
    listpages,
    lookups,
    overload,
    pausing,
    signins,
    startup,
    switchcpu,
    underattack,
    verdictcost,
    xmlanswers,
)
from benchmarks.figures import Figure, Target, table
from benchmarks.setting import Setting
from fsplug.lab.freeswitch import find_freeswitch


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement; `on_switch` if it needs a real switch and SIPp."""

    name: str
    about: str
    measure: Callable[[Setting], Iterator[Figure]]
    targets: tuple[Target, ...]
    on_switch: bool = False

    def figures(self, setting: Setting) -> list[Figure]:
        """The figures, or the reason why there are none; figures made before it broke off are kept."""
        if self.on_switch and (why := _missing()):
            return [target.skipped(why) for target in self.targets]
        figures: list[Figure] = []
        try:
            figures.extend(self.measure(setting))
        except Exception as error:
            traceback.print_exc()
            known = {figure.name for figure in figures}
            figures += [target.failed(error) for target in self.targets if target.name not in known]
        return figures


MEASUREMENTS = (
    Measurement(
        "first-words",
        "what is missing at the beginning of recordings",
        firstwords.measure,
        firstwords.TARGETS,
        on_switch=True,
    ),
    Measurement(
        "flows",
        "what is missing where a leg gets another partner",
        flows.measure,
        flows.TARGETS,
        on_switch=True,
    ),
    Measurement("switch-cpu", "CPU per call at 50 calls/s", switchcpu.measure, switchcpu.TARGETS, on_switch=True),
    Measurement("fake-switch", "300 calls/s on one core, and 2,000 calls at once", fakeload.measure, fakeload.TARGETS),
    Measurement("away", "freezes and kills of the process for calls", away.measure, away.TARGETS),
    Measurement("overload", "calls beside three busy loops, fake switch", overload.measure_on_fake, overload.ON_FAKE),
    Measurement(
        "overload-switch",
        "calls beside three busy loops, FreeSWITCH",
        overload.measure_on_switch,
        overload.ON_SWITCH,
        on_switch=True,
    ),
    Measurement("verdict", "a verdict in a small company and in a huge one", verdictcost.measure, verdictcost.TARGETS),
    Measurement("xml", "what the switch's questions for XML take", xmlanswers.measure, xmlanswers.TARGETS),
    Measurement(
        "lookup",
        "the switch looks for a user: endpoint, files, Lua",
        lookups.measure,
        lookups.TARGETS,
        on_switch=True,
    ),
    Measurement(
        "call-setup",
        "INVITE to ringing, by endpoint and by files",
        callsetup.measure,
        callsetup.TARGETS,
        on_switch=True,
    ),
    Measurement(
        "listen-in",
        "how soon a listener hears, and twenty of them on one call",
        listening.measure,
        listening.TARGETS,
        on_switch=True,
    ),
    Measurement("pause", "how soon a pause's key silences a call", pausing.measure, pausing.TARGETS, on_switch=True),
    Measurement("change", "when a change by CLI works", change.measure, change.TARGETS),
    Measurement("apply", "`fsplug apply` of 10,000 users", apply.measure, apply.TARGETS),
    Measurement("audit", "a trail of a million entries", audittrail.measure, audittrail.TARGETS),
    Measurement("pages", "the console's list of a million recordings", listpages.measure, listpages.TARGETS),
    Measurement("player", "first audio of a recording of one hour", firstaudio.measure, firstaudio.TARGETS),
    Measurement("sign-in", "a verdict beside a busy console, and memory", signins.measure, signins.TARGETS),
    Measurement("attack", "pages and verdicts while the console is attacked", underattack.measure, underattack.TARGETS),
    Measurement("console", "a console with many open pages", consoleload.measure, consoleload.TARGETS),
    Measurement("start-up", "fsplug --help", startup.measure, startup.TARGETS),
)
NAMES = tuple(measurement.name for measurement in MEASUREMENTS)


def chosen(names: Sequence[str] | None) -> list[Measurement]:
    """The measurements with these names; all of them if no name is given."""
    return [measurement for measurement in MEASUREMENTS if not names or measurement.name in names]


def report(machine: str, figures: Sequence[Figure], setting: Setting) -> str:
    """The machine, the table, and the known reasons for misses."""
    command = "scripts/bench --quick" if setting.quick else "scripts/bench"
    why = [f"{figure.name}: {figure.why}" for figure in figures if figure.why]
    return "\n\n".join([f"{machine} By `{command}`:", table(figures), *why])


def _missing() -> str:
    if find_freeswitch() is None:
        return "no FreeSWITCH"
    return "" if shutil.which("sipp") else "no SIPp"
