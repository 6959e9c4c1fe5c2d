"""What of others' is installed or lies in the project: pinned, with its published hash, and listed by scripts/sbom."""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tables import table

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "constraints"
VENDOR = ROOT / "fsplug" / "web" / "kernel" / "static" / "vendor"
VENDORED = tomllib.loads((FOLDER / "vendored.toml").read_text())["package"]
# A file, the one it begins with, and the extras of setup.cfg that it is for.
FILES = {
    "fsplug.txt": (None, ()),
    "postgres-s3.txt": ("fsplug.txt", ("postgres", "s3")),
    "test.txt": ("postgres-s3.txt", ("audio", "test")),
    "libesl-build.txt": (None, ()),
    "libesl.txt": (None, ()),
    "tools.txt": (None, ()),
}
SHA256 = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pin:
    """One release, for where its marker holds."""

    name: str
    release: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def is_for_here(self) -> bool:
        return not self.marker or Marker(self.marker).evaluate()


def pins(name: str) -> Iterator[Pin]:
    """Those of a file, and of the file that it begins with."""
    for line in (FOLDER / name).read_text().replace("\\\n", " ").splitlines():
        if line.startswith("-r "):
            yield from pins(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            requirement, *hashes = line.split(" --hash=")
            release, _, marker = requirement.partition(";")
            package, _, number = release.strip().partition("==")
            yield Pin(package, number, marker.strip(), tuple(hashes))


def requirements(extras: tuple[str, ...]) -> list[Requirement]:
    """What setup.cfg asks for, without fsplug itself."""
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    texts = [settings["options"]["install_requires"], *(settings["options.extras_require"][one] for one in extras)]
    found = [Requirement(line) for text in texts for line in text.splitlines() if line.strip()]
    return [one for one in found if one.name != "fsplug"]


def test_every_line_pins_one_release_and_its_files_by_their_hashes() -> None:
    with table() as rows:
        for path in FOLDER.glob("*.txt"):
            for line in path.read_text().replace("\\\n", " ").splitlines():
                with rows.row(f"{path.name}: {line[:60]}"):
                    if not line.startswith(("#", "-r ")):
                        assert re.match(r"[a-z0-9][a-z0-9.-]*==\d\S*( ; [^-]+)? +--hash", line)
                        assert SHA256.sub("", line.split(" ", 1)[1]).count("--hash") == 0
                    assert "://" not in line


def test_every_file_is_known_and_begins_with_the_one_that_it_needs() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == set(FILES)
    for name, (before, _) in FILES.items():
        assert re.findall(r"^-r (.*)$", (FOLDER / name).read_text(), re.MULTILINE) == [one for one in [before] if one]


@pytest.mark.parametrize("name", ["fsplug.txt", "postgres-s3.txt", "test.txt"])
def test_what_setup_cfg_asks_for_is_pinned_in_its_range_whose_floor_is_that_release(name: str) -> None:
    pinned = list(pins(name))
    with table() as rows:
        for one in requirements(FILES[name][1]):
            with rows.row(str(one)):
                releases = {pin.release for pin in pinned if canonicalize_name(one.name) == pin.name}
                (floor,) = (spec.version for spec in one.specifier if spec.operator == ">=")
                assert releases and all(one.specifier.contains(release) for release in releases)
                assert any(f"{release}.".startswith(f"{floor}.") for release in releases)


def test_nothing_is_pinned_twice_for_one_machine() -> None:
    names = [one.name for one in pins("test.txt") if one.is_for_here]
    assert sorted(names) == sorted(set(names))


def test_these_tests_run_with_what_is_pinned() -> None:
    with table() as rows:
        for one in pins("test.txt"):
            with rows.row(one.name):
                assert not one.is_for_here or version(one.name) == one.release


def test_others_files_in_the_project_have_their_published_hash() -> None:
    named = {name: file["sha256"] for package in VENDORED for name, file in package["files"].items()}
    lying = [path for path in VENDOR.rglob("*") if path.is_file() and path != VENDOR / "README.md"]
    found = {str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest() for path in lying}
    assert found == named


def test_the_bill_of_materials_lists_every_pin_and_every_file_of_others(tmp_path: Path) -> None:
    bill = tmp_path / "bill.json"
    subprocess.run([sys.executable, "scripts/sbom", str(bill)], cwd=ROOT, check=True)
    said = json.loads(bill.read_text())
    components = {(one["name"], one["version"]) for one in said["components"] if one["hashes"]}
    wanted = {(one.name, one.release) for one in pins("postgres-s3.txt")}
    assert components == wanted | {(one["name"], one["release"]) for one in VENDORED}
    assert (said["bomFormat"], said["specVersion"]) == ("CycloneDX", "1.6")
    assert said["metadata"]["component"]["name"] == "fsplug"
