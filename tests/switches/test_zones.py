"""Every zone of tzdata on FreeSWITCH: at each hour around the changes of its clocks, the switch has the zone's time."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from fsplug.lab.event_socket import apis
from fsplug.lab.freeswitch import RealSwitch, wait_for
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.install.timezones import changes, zones_file

HOUR_SECONDS, YEAR_SECONDS = 3_600, 366 * 86_400
HOURS = range(-3, 4)
# Two solstices, for zones whose clocks nobody changes.
SOLSTICES = (1_797_840_000, 1_813_651_200)


def test_every_zone_of_tzdata_is_right_around_both_changes_of_a_year(switch: RealSwitch) -> None:
    now = datetime.now().timestamp()
    moments = {name: list(around_changes(ZoneInfo(name), now)) for name in sorted(available_timezones())}
    with_zones(switch.conf, now)
    assert switch.api("reloadxml").startswith("+OK")
    # The switch takes the rules up in its own time.
    wait_for(lambda: "-ERR" not in switch.api("strftime_tz Europe/Copenhagen %Y"), "the time zones to be read")
    asked = [(name, at) for name, its in moments.items() for at in its]
    commands = [f"strftime_tz {name} {at}|%Y-%m-%d %H:%M:%S" for name, at in asked]
    answers = apis(switch.ports.event_socket_port, switch.ports.event_socket_password, commands)
    wrong = {
        name: (local(name, at), said)
        for (name, at), said in zip(asked, answers, strict=True)
        if said != local(name, at)
    }
    assert len(moments) > 500 and wrong == {}


def around_changes(zone: ZoneInfo, now: float) -> Iterator[int]:
    """The last second before each change of a year, and each hour around it."""
    middles = [one.at for one in changes(zone, now, now + YEAR_SECONDS)] or SOLSTICES
    for middle in middles:
        yield middle - 1
        yield from (middle + hour * HOUR_SECONDS for hour in HOURS)


def local(name: str, at: int) -> str:
    return f"{datetime.fromtimestamp(at, ZoneInfo(name)):%Y-%m-%d %H:%M:%S}"


def with_zones(conf: Path, now: float) -> None:
    """Put the rules of all zones behind one that was there and is wrong, as `fsplug switch install` does."""
    file = zones_file(ConfText(), now)
    (conf / "zones.xml").write_text("".join(file.pieces()))
    path = conf / "freeswitch.xml"
    # FreeSWITCH's preprocessor takes the whole line of an include.
    wrong, include = '<zone name="Europe/Copenhagen" value="GMT0"/>', '<X-PRE-PROCESS cmd="include" data="zones.xml"/>'
    lines = f"<timezones>\n{wrong}\n{include}\n</timezones>"
    path.write_text(path.read_text().replace("<timezones/>", lines))
