"""What fails for a while is logged once, counted, and said again when it works."""

import structlog

from fsplug.outage_log import AGAIN_SECONDS, outage_log


def logged(acts):
    with structlog.testing.capture_logs() as lines:
        acts()
    return [(one["event"], one.get("code"), one.get("count")) for one in lines]


def test_many_failures_are_one_line_and_their_end_says_how_many_there_were():
    trouble = outage_log("not-answered")

    def fail_and_work():
        for _ in range(522):
            trouble.failed("store-gone", "error", path="/")
        trouble.worked()
        trouble.worked()

    assert logged(fail_and_work) == [("not-answered", "store-gone", None), ("not-answered-over", "store-gone", 522)]


def test_another_reason_is_logged_again():
    trouble = outage_log("not-answered")

    def fail():
        for code in ("store-gone", "store-gone", "store-locked", "store-locked"):
            trouble.failed(code)

    assert logged(fail) == [("not-answered", "store-gone", None), ("not-answered", "store-locked", 3)]


def test_a_failure_that_lasts_is_logged_again_with_the_count_so_far(monkeypatch):
    trouble = outage_log("not-answered")
    now = 1_000.0
    monkeypatch.setattr("fsplug.outage_log.time.monotonic", lambda: now)

    def fail():
        nonlocal now
        trouble.failed("store-gone")
        trouble.failed("store-gone")
        now += AGAIN_SECONDS
        trouble.failed("store-gone")
        trouble.worked()
        trouble.failed("store-gone")

    assert logged(fail) == [
        ("not-answered", "store-gone", None),
        ("not-answered", "store-gone", 3),
        ("not-answered-over", "store-gone", 3),
        ("not-answered", "store-gone", None),
    ]


def test_nothing_is_logged_where_nothing_fails():
    assert logged(outage_log("not-answered").worked) == []
