"""The lines that a process logs, where several processes share one stderr."""

import io
import json
import sys

import pytest
import structlog

from fsplug.wiring.process import main


class Writes(io.StringIO):
    """Keeps what each write was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    def write(self, text: str) -> int:
        self.given.append(text)
        return len(text)


def test_a_line_and_its_end_go_out_in_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    before, stderr = structlog.get_config(), Writes()
    monkeypatch.setattr(sys, "stderr", stderr)
    try:
        main._log_to_stderr("calls")
        structlog.get_logger().info("serving", port=1)
    finally:
        structlog.configure(**before)
    [line] = stderr.given
    assert line.endswith("\n") and json.loads(line)["event"] == "serving"
