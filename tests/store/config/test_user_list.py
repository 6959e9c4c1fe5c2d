"""The people of a company as lists show them: sought by name, number, department and group, on both databases."""

from fsplug.policy.entities import Role
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import user_list
from fsplug.store.config.user_list import Sort, UserFilter
from fsplug.store.db.database import Store
from tests.store.cast import ACME, BETA


def _found(store: Store, **user_filter: object) -> list[str]:
    wanted = UserFilter(**user_filter)
    found = [one.username for one in user_list.listed(store, ACME, wanted)]
    assert user_list.count(store, ACME, wanted) == len(found)
    return found


def _named(store: Store, username: str, name: str) -> None:
    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", username), "name": name}, username)

    edit(store, ACME, "anna", change)


def test_people_are_found_by_a_part_of_their_name_in_any_spelling_of_it(store: Store) -> None:
    _named(store, "1001", "Åse 100% Østergård")
    for text in ("åse", "ØSTER", "100%", " gård "):
        assert _found(store, text=text) == ["1001"], text
    assert _found(store, text="100_") == []


def test_a_letter_that_a_keyboard_lacks_hides_nobody(store: Store) -> None:
    _named(store, "1001", "\u00c5se \u00d8sterg\u00e5rd")
    _named(store, "1002", "Ren\u00e9 B\u00e4ck")
    _named(store, "1003", "Michael S\u00f8renson")
    found = {text: _found(store, text=text) for text in FOLDED}
    assert found == {text: [username] for text, username in FOLDED.items()}


# What is typed, and who is found.
FOLDED = {
    "oster": "1001",
    "\u00d8STER": "1001",
    "ase": "1001",
    "Aase": "1001",
    "gaard": "1001",
    "gard ase": "1001",
    "rene": "1002",
    "back": "1002",
    "BACK rene": "1002",
    "soeren": "1003",
    "el": "1003",
    "micha\u00ebl": "1003",
}


def test_people_are_found_by_the_beginning_of_their_extension_and_any_part_of_their_fixed_number(store: Store) -> None:
    assert "1001" in _found(store, text="100")
    for text in ("7010 10 01", "+4570101001", "0045 70101", "1010"):
        assert _found(store, text=text) == ["1001"], text
    # A mobile number may be private, and two digits are in too many numbers.
    for text in ("20101001", "01"):
        assert _found(store, text=text) == [], text


def test_people_are_found_by_department_group_and_role(store: Store) -> None:
    every = {one.username: one for one in user_list.listed(store, ACME)}
    assert set(_found(store, department="Sales")) == {n for n, one in every.items() if one.department == "Sales"}
    assert set(_found(store, departments=frozenset({"Sales"}))) == set(_found(store, department="Sales"))
    assert _found(store, departments=frozenset()) == []
    assert set(_found(store, role=Role.NONE)) == {n for n, one in every.items() if one.role is Role.NONE}
    in_group = set(_found(store, group="2001"))
    assert in_group
    assert in_group == {n for n, one in every.items() if one.groups}


def test_a_page_goes_on_after_the_last_of_the_page_before_and_nobody_elses_people_are_on_it(store: Store) -> None:
    every = user_list.listed(store, ACME)
    page = user_list.listed(store, ACME, limit=1)
    rest = user_list.listed(store, ACME, after=page[0].place())
    assert [*page, *rest] == every
    assert [one.name for one in every] == ["Anna", "Bo", "Clara"]
    assert [[one.name for one in user_list.of(store, domain, ["1001"])] for domain in (ACME, BETA)] == [
        ["Anna"],
        ["Birgitta"],
    ]


def test_a_list_is_sorted_by_what_is_asked_for_page_by_page(store: Store) -> None:
    _named(store, "1003", "Aage")
    expected = {
        Sort.NAME: ["1003", "1001", "1002"],
        Sort.EXTENSION: ["1001", "1002", "1003"],
        Sort.DEPARTMENT: ["1001", "1002", "1003"],
    }
    for sort, usernames in expected.items():
        found, after = [], None
        while page := user_list.listed(store, ACME, UserFilter(sort=sort), 1, after):
            found.append(page[0].username)
            after = page[0].place(sort)
        assert found == usernames, sort
