"""A fake switch for each test that wants one, and its clients."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from fsplug.fakeswitch.switch import FakeSwitch
from tests.fakeswitch.client import Client

BRIDGE = """
<context name="public">
  <extension name="anybody">
    <condition field="destination_number" expression="^(.+)$">
      <action application="set" data="hangup_after_bridge=true"/>
      <action application="bridge" data="[execute_on_answer='${arm}']user/$1@acme.example"/>
    </condition>
  </extension>
</context>
"""


@pytest.fixture
def start() -> Iterator[Callable[..., FakeSwitch]]:
    """Starts fake switches, ten times as fast as time unless told otherwise, and stops them after the test."""
    with ExitStack() as stack:

        def begin(dialplan: Any = BRIDGE, **options: Any) -> FakeSwitch:
            options = {"speed": 10.0, "audio": False, "answers": {"1001": 0.2}, **options}
            return stack.enter_context(FakeSwitch(dialplan, **options))

        yield begin


@pytest.fixture
def connect() -> Iterator[Callable[..., Client]]:
    """Connects clients to a switch and closes them after the test."""
    with ExitStack() as stack:

        def begin(switch: FakeSwitch, **options: Any) -> Client:
            client = Client.connect(switch.port, **options)
            stack.callback(client.close)
            return client

        yield begin


@pytest.fixture
def switch(start: Callable[..., FakeSwitch]) -> FakeSwitch:
    """A fake switch whose parties are heard."""
    return start(audio=True)
