"""`fsplug listen`."""

from fsplug.store.calls.entries import ListenBegan, ListenEnded, ListenRefused
from tests.cli.conftest import ACME, BETA, Cli

BEGAN = ListenBegan("l1", ACME, "fs1", "1002", "1001", "70101001", "desk", "c", "t", "leg", 3000.0)
REFUSED = ListenRefused("l2", ACME, "fs1", "1002", None, "9999", "app", "leg2", "unknown-person", 2000.0)


def test_that_nobody_has_listened_is_said_in_words(cli: Cli) -> None:
    assert cli.ok("listen", "list").startswith("nobody has listened in")


def test_who_listened_to_whom_and_who_was_refused_is_listed(cli: Cli) -> None:
    cli.write([BEGAN, ListenEnded("l1", 3060.0, "listener-hung-up"), REFUSED])
    heard, asked = cli.json("listen", "list")
    assert (heard["listener"], heard["target"], heard["door"], heard["ended_at"]) == ("1002", "1001", "desk", 3060.0)
    assert (asked["reason"], asked["dialled"], asked["began_at"]) == ("unknown-person", "9999", None)
    assert cli.json("listen", "list", "--company", BETA) == []
    assert [one["id"] for one in cli.json("listen", "list", "--user", "1001", "--company", ACME)] == ["l1"]
    assert "listener-hung-up" in cli.ok("listen", "list")


def test_to_listen_needs_a_company_a_listener_and_a_number(cli: Cli) -> None:
    assert cli.error("listen", "--company", ACME, "--as", "1002")[0] == 2


def test_without_a_running_fsplug_nobody_can_listen(cli: Cli) -> None:
    assert cli.error("listen", "--company", ACME, "--as", "1002", "--to", "1001") == (4, "not-serving")
    assert cli.error("call", "list", "--watch", "--company", ACME) == (4, "not-serving")
    assert cli.error("call", "list", "--watch") == (2, "no-company")


def test_a_company_says_whether_apps_may_listen_and_colleagues_must_allow_it(cli: Cli) -> None:
    assert cli.json("company", "set", ACME, "--listen-from-app", "--listen-consent")["changed"]
    shown = cli.json("company", "show", ACME)
    assert (shown["listen_from_app"], shown["listen_consent"]) == (True, True)
    assert cli.json("company", "set", ACME, "--no-listen-from-app")["changed"]
    shown = cli.json("company", "show", ACME)
    assert (shown["listen_from_app"], shown["listen_consent"]) == (False, True)


def test_a_company_says_whether_who_plays_a_recording_must_say_why(cli: Cli) -> None:
    assert cli.json("company", "show", ACME)["playback_reason"] is False
    assert cli.json("company", "set", ACME, "--playback-reason")["changed"]
    assert cli.json("company", "show", ACME)["playback_reason"] is True
    assert cli.json("company", "set", ACME, "--playback-reason")["changed"] is False
    assert cli.json("company", "set", ACME, "--no-playback-reason")["changed"]
