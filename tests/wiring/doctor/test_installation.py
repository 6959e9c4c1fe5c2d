"""What the doctor says of the places where calls reach fsplug."""

import socket
from pathlib import Path

import pytest

from fsplug.wiring.doctor import installation
from fsplug.wiring.settings import read


@pytest.mark.parametrize(("host", "state"), [("127.0.0.1", "ok"), ("0.0.0.0", "warn")])
def test_a_calls_socket_that_other_machines_reach_is_named(tmp_path: Path, host: str, state: str) -> None:
    with socket.create_server((host, 0)) as listener:
        settings = read(tmp_path, {}, listen_host=host, listen_port=listener.getsockname()[1])
        found = installation.outbound_socket(settings)
    assert str(found.state) == state
    assert ("listen_host = 127.0.0.1" in found.remedy) == (state == "warn")
