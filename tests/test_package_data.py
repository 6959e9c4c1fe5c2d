"""What is installed is all of the package: every file beside the modules is named in setup.cfg."""

from configparser import ConfigParser
from pathlib import Path

from tests.tables import table

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "fsplug"


def _patterns() -> list[str]:
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    return [one.strip() for one in settings["options.package_data"]["fsplug"].split(",")]


def test_every_file_that_is_no_module_is_installed() -> None:
    installed = {path for pattern in _patterns() for path in PACKAGE.glob(pattern)}
    others = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert len(others) > 100
    assert [str(path.relative_to(ROOT)) for path in others if path not in installed] == []


def test_every_pattern_finds_something_or_is_for_pages_to_come() -> None:
    with table() as rows:
        for pattern in _patterns():
            with rows.row(pattern):
                assert pattern.startswith("web/pages/") or any(PACKAGE.glob(pattern))
