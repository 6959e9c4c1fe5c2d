"""One-time secrets are used once, by whoever comes first."""

from collections.abc import Callable
from threading import Barrier, Thread

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.accounts import tokens
from fsplug.store.accounts.tokens import Secret, TokenKind
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from tests.store.cast import ACME


def test_of_many_who_use_a_secret_at_once_one_does(open_store: Callable[..., Store]) -> None:
    stores = [open_store() for _ in range(4)]
    whose = Secret(company_id(stores[0], ACME), "1001")
    for number in range(20):
        token, together, used = f"token {number}", Barrier(4), []
        tokens.make(stores[0], TokenKind.PASSWORD, whose, token, 60.0)

        def use(store: Store, token: str = token, together: Barrier = together, used: list[Secret] = used) -> None:
            together.wait(PATIENCE_SECONDS)
            if (found := tokens.use(store, TokenKind.PASSWORD, token)) is not None:
                used.append(found)

        threads = [Thread(target=use, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert used == [whose]


def test_a_secret_of_one_kind_is_none_of_another(store: Store) -> None:
    whose = Secret(company_id(store, ACME), "1001")
    tokens.make(store, TokenKind.CODE, whose, "12345678", 60.0)
    assert tokens.use(store, TokenKind.SHARE, "12345678") is None
    assert tokens.look(store, TokenKind.CODE, "12345678") == whose
    tokens.void(store, TokenKind.CODE, whose)
    assert tokens.look(store, TokenKind.CODE, "12345678") is None
