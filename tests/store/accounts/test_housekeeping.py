"""What is forgotten, and what is not yet."""

import pytest

from fsplug.errors import Refused
from fsplug.store.accounts import accounts
from fsplug.store.accounts.housekeeping import FORGET_SECONDS, tidy
from tests.store.accountcast import ANNA, Console
from tests.store.cast import ACME


def test_old_guesses_and_expired_links_go_and_fresh_ones_stay(console: Console) -> None:
    def counts() -> list[int]:
        return [console.store.rows(f"SELECT COUNT(*) FROM {table}")[0][0] for table in ("throttle", "one_time")]

    console.give("1001", email=ANNA, role="superuser")
    token = accounts.new_link(console.store, ACME, "1001")
    with pytest.raises(Refused):
        console.sign_in()
    tidy(console.store)
    assert counts() == [1, 1]
    assert accounts.of_link(console.store, token).username == "1001"
    console.clock.turn(FORGET_SECONDS + 86_401)
    tidy(console.store)
    assert counts() == [0, 0]
