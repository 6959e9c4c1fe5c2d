"""Who gets a place at a crowded server, and who loses one."""

import pytest

from fsplug.policy.places import Admission, Limits, Places

FEW = Limits(total=6, reserve=2, per_address=3, per_browser=2)
NO_PLACE: Admission[str] = Admission(False)


@pytest.fixture
def places() -> "Places[str]":
    return Places(FEW)


def _arrive(places: "Places[str]", *named: str) -> None:
    """Each name is a connection; its address is its first letter."""
    for one in named:
        assert places.admit(one, one[0]) == Admission(True)


def _work(places: "Places[str]", *named: str, is_known: bool = False) -> None:
    """Each known one is another browser."""
    _arrive(places, *named)
    for one in named:
        assert places.work(one, one[0], f"browser {one}" if is_known else "")


def test_a_silent_connection_loses_its_place_to_a_newer_one_of_its_address(places: "Places[str]") -> None:
    _arrive(places, "a1", "a2", "a3", "b1")
    assert places.admit("a4", "a") == Admission(True, "a1")
    assert places.admit("a5", "a") == Admission(True, "a2")
    assert len(places) == 4


def test_an_idle_connection_goes_before_one_whose_request_is_arriving(places: "Places[str]") -> None:
    _work(places, "a1", "a2")
    places.rest("a2")
    _arrive(places, "a3")
    assert places.admit("a4", "a") == Admission(True, "a2")


def test_an_address_whose_requests_are_all_being_answered_gets_no_more(places: "Places[str]") -> None:
    _work(places, "a1", "a2", "a3")
    assert places.admit("a4", "a") == NO_PLACE
    assert places.admit("b1", "b") == Admission(True)


def test_known_browsers_do_not_count_against_their_address(places: "Places[str]") -> None:
    _work(places, "a1", "a2", "a3", is_known=True)
    assert places.admit("a4", "a") == Admission(True)


def test_one_that_turns_out_to_be_known_makes_room_for_another_of_its_address(places: "Places[str]") -> None:
    _work(places, "a1", "a2", "a3")
    places.know("a1", "")
    places.know("a2", "browser")
    places.know("gone", "browser")
    assert [places.is_known(one) for one in ("a1", "a2", "gone")] == [False, True, False]
    assert places.admit("a4", "a") == Admission(True)


def test_one_cookie_gets_no_more_places_of_the_reserve_than_one_browser_needs(places: "Places[str]") -> None:
    for one in ("a1", "b1", "c1", "d1"):
        _arrive(places, one)
        assert places.work(one, one[0], "copied")
        places.know(one, "copied")
    assert [places.is_known(one) for one in ("a1", "b1", "c1", "d1")] == [True, True, False, False]
    _work(places, "e1", "e2")
    assert places.admit("f1", "f") == NO_PLACE
    places.leave("a1")
    _arrive(places, "f1")
    assert not places.work("f1", "f", "")
    assert places.work("f1", "f", "copied")


def test_strangers_take_no_place_from_known_browsers_of_their_address(places: "Places[str]") -> None:
    _work(places, "a1", is_known=True)
    places.rest("a1")
    _work(places, "a2", "a3", "a4")
    assert places.admit("a5", "a") == NO_PLACE


def test_a_full_server_closes_an_idle_connection_first_one_of_a_stranger_before_a_known_browsers(
    places: "Places[str]",
) -> None:
    _work(places, "a1", "b1", is_known=True)
    _work(places, "c1")
    _arrive(places, "d1", "d2", "d3")
    for one in ("a1", "c1"):
        places.rest(one)
    assert places.admit("e1", "e") == Admission(True, "c1")
    assert places.admit("e2", "e") == Admission(True, "a1")


def test_many_silent_connections_of_an_address_go_before_the_idle_one_of_a_known_browser() -> None:
    places: Places[str] = Places(Limits(total=6, reserve=2, per_address=6))
    _work(places, "a1", is_known=True)
    places.rest("a1")
    _arrive(places, "b1", "b2", "b3", "b4", "b5")
    assert places.admit("c1", "c") == Admission(True, "b1")


def test_then_the_oldest_of_the_address_with_the_most_silent_connections(places: "Places[str]") -> None:
    _arrive(places, "a1", "b1", "b2", "b3", "c1", "c2")
    assert places.admit("d1", "d") == Admission(True, "b1")


def test_whose_request_is_being_answered_never_loses_their_place(places: "Places[str]") -> None:
    _work(places, "a1", "b1", "c1", "d1")
    _work(places, "e1", "e2", is_known=True)
    assert places.admit("f1", "f") == NO_PLACE


def test_strangers_are_not_answered_in_the_places_kept_for_known_browsers(places: "Places[str]") -> None:
    _work(places, "a1", "b1", "c1", "d1")
    _arrive(places, "e1", "f1")
    assert not places.work("e1", "e", "")
    assert places.work("f1", "f", "browser")


def test_behind_a_proxy_the_connections_have_no_limit_and_the_requests_of_an_address_have_one(
    places: "Places[str]",
) -> None:
    for one in ("p1", "p2", "p3", "p4"):
        assert places.admit(one, "") == Admission(True)
    assert [places.work(one, "a", "") for one in ("p1", "p2", "p3", "p4")] == [True, True, True, False]
    places.rest("p1")
    assert places.work("p4", "a", "")


def test_a_connection_that_lost_its_place_is_not_answered_any_more(places: "Places[str]") -> None:
    _arrive(places, "a1", "a2", "a3")
    assert places.admit("a4", "a") == Admission(True, "a1")
    assert not places.work("a1", "a", "browser")
    places.rest("a1")
    places.arrive("a1")
    assert len(places) == 3


def test_who_left_has_no_place_and_may_leave_twice(places: "Places[str]") -> None:
    _arrive(places, "a1")
    places.leave("a1")
    places.leave("a1")
    assert len(places) == 0
