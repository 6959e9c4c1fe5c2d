"""Where the modules of a switch lie, and which wideband codecs it has by them."""

from pathlib import Path

import pytest

from fsplug.xml.install.codecs import module_folder, modules, preferences, wideband


@pytest.mark.parametrize(
    ("conf", "folder"),
    [("etc/freeswitch", "lib/freeswitch/mod"), ("conf", "mod"), ("freeswitch/conf", "freeswitch/mod")],
)
def test_modules_are_found_below_the_prefix_of_the_configuration(tmp_path: Path, conf: str, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    assert module_folder(tmp_path / conf) == tmp_path / folder


def test_codecs_are_those_whose_modules_are_there(tmp_path: Path) -> None:
    assert wideband(None) == wideband(tmp_path) == ()
    (tmp_path / "mod_spandsp.so").touch()
    (tmp_path / "mod_opus.la").touch()
    assert wideband(tmp_path) == ("G722",)
    assert (preferences(("G722",)), modules(("G722",))) == ("G722,PCMA,PCMU", ("mod_spandsp",))
