"""`fsplug serve`: the server, beside a FreeSWITCH."""

from pathlib import Path
from typing import Any


def run(data: Path, flags: dict[str, Any], supervised: bool = True) -> int:
    """Serve until SIGTERM or SIGINT; the exit code."""
    from fsplug.wiring.supervisor import Supervisor

    def serve() -> int:
        return _serve(data, flags)

    return Supervisor(serve).run() if supervised else serve()


def _serve(data: Path, flags: dict[str, Any]) -> int:
    """In the server's own process: nothing of gevent is imported before it is patched in."""
    from gevent import monkey

    monkey.patch_all()
    from fsplug.wiring.process import serve_here

    return serve_here(data, flags)
