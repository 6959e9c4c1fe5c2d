"""The demo's companies and the elaborate one, in a store that the tests only read."""

from collections.abc import Iterator

import pytest

from fsplug.store.db.database import Store
from fsplug.xml.answers import Answers
from fsplug.xml.files import Files
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways
from tests.xml.elaborate import crowded, wide
from tests.xml.installed import demo, stored


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with every company of these tests."""
    document = demo()
    many = crowded("many.example", "SE", 150)
    everybody = [user["username"] for user in many["user"]]
    many["group"] += [
        {"number": "801", "members": everybody},
        {"number": "802", "members": everybody, "strategy": "sequential"},
    ]
    document["company"] += [wide(), many, crowded("usa.example", "US", 20)]
    with stored(tmp_path_factory.mktemp("xml") / "fsplug.db", document) as store:
        yield store


@pytest.fixture(scope="session")
def answers(store: Store) -> Answers:
    """What the switch is answered from that store."""
    return Answers(store, Templates(), Ways())


@pytest.fixture(scope="session")
def rendered(store: Store) -> dict[str, str]:
    """The text of every file, by its place."""
    return {file.place: "".join(file.pieces()) for file in Files(store, Templates(), Ways()).every()}
