"""Settings: file, environment, flags; strict and all faults at once."""

from pathlib import Path

import pytest

from fsplug.errors import Invalid
from fsplug.wiring.settings import FILE_NAME, read


def test_a_folder_without_a_file_has_the_defaults_inside_it(tmp_path):
    settings = read(tmp_path, environment={})
    assert (settings.store, settings.spool, settings.archive) == (
        str(tmp_path / "fsplug.db"),
        tmp_path / "spool",
        str(tmp_path / "archive"),
    )


def test_the_environment_beats_the_file_and_a_flag_beats_both(tmp_path):
    (tmp_path / "fsplug.toml").write_text('listen_port = 1\nswitch_name = "file"\nsession_limit = 5\n')
    environment = {"FSPLUG_LISTEN_PORT": "2", "FSPLUG_SWITCH_NAME": "environment"}
    settings = read(tmp_path, environment=environment, listen_port=3, switch_name=None)
    assert (settings.listen_port, settings.switch_name, settings.session_limit) == (3, "environment", 5)


def test_a_secret_is_read_from_the_file_that_the_environment_names(tmp_path):
    (tmp_path / "password").write_text("s3cret\n")
    environment = {"FSPLUG_EVENT_SOCKET_PASSWORD_FILE": str(tmp_path / "password")}
    assert read(tmp_path, environment=environment).event_socket_password == "s3cret"


def test_every_fault_is_reported_at_once_with_its_value(tmp_path):
    (tmp_path / "fsplug.toml").write_text('listen_port = 70000\ncolour = "blue"\nsession_limit = 0\nspool = 7\n')
    with pytest.raises(Invalid) as refused:
        read(tmp_path, environment={})
    for part in ("listen_port = 70000", "colour", "session_limit = 0", "spool = 7"):
        assert part in refused.value.text


@pytest.mark.parametrize("value", ["-1", "1e3", "", "80 80", "٣"])
def test_a_port_is_a_whole_number_in_ascii_or_refused(tmp_path, value):
    with pytest.raises(Invalid):
        read(tmp_path, environment={"FSPLUG_LISTEN_PORT": value})


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "fsplug.toml").write_text("listen_port = \n")
    with pytest.raises(Invalid, match=r"fsplug\.toml is not TOML"):
        read(tmp_path, environment={})


def test_a_secret_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Invalid, match="nowhere"):
        read(tmp_path, environment={"FSPLUG_EVENT_SOCKET_PASSWORD_FILE": str(Path(tmp_path, "nowhere"))})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("event_socket_port = " + "9" * 5_000, "a number in it has thousands of digits"),
        ("event_socket_port = 0x" + "f" * 5_000, "event_socket_port = a whole number of 20000 bits"),
        ('web_proxies = "192.0.2.7 proxy.example"', "'proxy.example' is not an address or a network"),
        ("web_behind_proxy = 0x" + "f" * 5_000, "a whole number of 20000 bits"),
        ("store = " + "[" * 5_000, "nested too deeply"),
        ('keys_in_calls = "pause=2"', "keys_in_calls = 'pause=2': 'pause=2' does not have .*give .*start=.1 pause=.2"),
        ("keys_in_calls = 3", "keys_in_calls = 3: give one line of text"),
        ("event_socket_port = inf", "event_socket_port = inf: give a TCP port"),
    ],
    ids=["decimal", "hexadecimal", "not an address", "not a number", "nested", "not keys", "no text", "infinite"],
)
def test_no_value_is_too_large_to_be_refused(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / FILE_NAME).write_text(line, encoding="utf-8")
    with pytest.raises(Invalid, match=said) as refused:
        read(tmp_path, {})
    assert refused.value.code == "bad-settings"
    assert len(refused.value.text) < 3_000
