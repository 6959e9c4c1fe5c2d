"""`python -m benchmarks.flowserver [--greenswitch] [--bare] serve --data FOLDER`: fsplug's server with some parts
replaced.

With --greenswitch it uses plain greenswitch for the event socket. With --bare it writes no rows and takes no call
records, so only the event socket and the verdicts remain. It never seals recordings.
"""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from benchmarks.greenparts import GreenLink, GreenServer  # noqa: E402
from fsplug.store.calls.entries import JournalEntry  # noqa: E402
from fsplug.store.calls.writer import Writer  # noqa: E402
from fsplug.wiring.calls import asking, process  # noqa: E402
from fsplug.wiring.process.main import serve_here  # noqa: E402


class ForgetfulWriter(Writer):
    """Accepts entries and discards them."""

    def put(self, entry: JournalEntry) -> None:
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--greenswitch", action="store_true")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("serve", choices=["serve"])
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    if options.greenswitch:
        vars(process)["Link"], vars(asking)["Server"] = GreenLink, GreenServer
    if options.bare:
        vars(process).update(Writer=ForgetfulWriter, endpoint=lambda *behind: None)
    return serve_here(options.data, "calls", process.CallsProcess)


if __name__ == "__main__":
    sys.exit(main())
