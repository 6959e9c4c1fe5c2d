"""The configuration folders that fsplug is installed into."""

from pathlib import Path

import pytest

from tests.cli.operate.switchconf import THEIRS


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """An empty configuration folder."""
    folder = tmp_path / "conf"
    folder.mkdir()
    return folder


@pytest.fixture
def theirs(conf: Path) -> Path:
    """A configuration somebody has made."""
    for path, text in THEIRS.items():
        (conf / path).parent.mkdir(exist_ok=True)
        (conf / path).write_text(text)
    return conf
