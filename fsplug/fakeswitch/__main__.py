"""`python -m fsplug.fakeswitch`: the fake switch as a process of its own."""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import gc  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402

from fsplug.errors import FsplugError, Invalid  # noqa: E402
from fsplug.fakeswitch.control import ControlPort  # noqa: E402
from fsplug.fakeswitch.records import Records  # noqa: E402
from fsplug.fakeswitch.switch import DEFAULT_PASSWORD, FakeSwitch  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM, SIGINT or a `stop` on the control port. Prints one line when ready."""
    given = _parser().parse_args(arguments)
    try:
        switch = FakeSwitch(
            given.dialplan,
            host=given.host,
            port=given.port,
            password=given.password,
            variables=dict(_pair(each) for each in given.set),
            answers=dict(_pair(each) for each in given.answer),
            speed=given.speed,
            audio=not given.no_audio,
            realistic=not given.short_events,
            records=Records(given.records_url, given.records_account, given.records),
        )
        switch.start()
    except FsplugError as error:
        print(error, file=sys.stderr)
        return 2
    control = ControlPort(switch, given.control or 0)
    if given.control is not None:
        control.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, control.stopped.set)
    ports = f"event socket {switch.port}" + (f" control {control.port}" if given.control is not None else "")
    print(f"fakeswitch ready: {ports}", flush=True)
    # Ended calls free themselves; a full garbage collection would stall thousands of live calls.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    control.stopped.wait()
    control.stop()
    switch.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fsplug.fakeswitch", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8021, help="port of the event socket; 0 for a free one")
    parser.add_argument("--password", default=DEFAULT_PASSWORD)
    parser.add_argument("--dialplan", type=Path, required=True, help="folder of dialplan XML files")
    parser.add_argument("--control", type=int, help="port for commands in lines of JSON; 0 for a free one")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a variable $${NAME} of the dialplan"
    )
    parser.add_argument(
        "--answer", action="append", default=[], metavar="WHO=WHAT", help="1001=0.2, 1001=0.2:3, 1002=busy, *=1"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="how many times as fast as real time")
    parser.add_argument("--no-audio", action="store_true", help="recordings are silence, for load")
    parser.add_argument("--records-url", default="", help="where the record of each leg is posted after its end")
    parser.add_argument("--records-account", default="", metavar="USER:PASSWORD")
    parser.add_argument("--records", type=Path, metavar="DIR", help="where records are kept that can't be posted")
    parser.add_argument("--short-events", action="store_true", help="without the variables of a SIP call")
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise Invalid("bad-setting", f"{text!r} is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
