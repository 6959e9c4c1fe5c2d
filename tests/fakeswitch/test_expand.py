"""`${...}` in dialplan texts."""

import pytest

from fsplug.fakeswitch.channel import Channel, Profile
from fsplug.fakeswitch.expand import expand


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("plain", "plain"),
        ("${colour}", "blue"),
        ("a ${colour} b ${none} c", "a blue b  c"),
        ("${caller_id_number}", "+4522334455"),
        ("${domain}", "acme.example"),
        ("$${domain}", "acme.example"),
        ("${colour:1}", "lue"),
        ("${colour:0:2}", "bl"),
        ("${colour:-2}", "ue"),
        ("${arm_${user}}", "armed"),
        ("${twice}", "blue"),
        ("${strepoch()}", "<strepoch:>"),
        ("${expr(1+(2*3))}", "<expr:1+(2*3)>"),
        ("${cond(${colour} == blue ? a : b)}", "<cond:blue == blue ? a : b>"),
        ("${echo hello}", "<echo:hello>"),
        ("\\${colour}", "${colour}"),
        ("100$", "100$"),
        ("${open", ""),
    ],
)
def test_a_text_is_expanded(text, expanded):
    channel = Channel("inbound", "sofia/x", Profile("Ann", "+4522334455", "1001", "public"))
    for name, value in {"colour": "blue", "user": "1001", "arm_1001": "armed", "twice": "${colour}"}.items():
        channel.set(name, value)
    answer = expand(channel, text, lambda name, argument: f"<{name}:{argument}>", {"domain": "acme.example"}.get)
    assert answer == expanded


def test_a_variable_that_names_itself_comes_to_an_end():
    channel = Channel("inbound", "sofia/x", Profile("Ann", "+4522334455", "1001", "public"))
    channel.set("loop", "${loop}")
    assert expand(channel, "${loop}", lambda name, argument: "", {}.get) == "${loop}"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("cond 3 < 10 ? alive : dead", "alive"),
        ("cond 30 < 10 ? alive : dead", "dead"),
        ("cond a == a ? same : other", "same"),
        ("expr 1795368685-1795368680", "5"),
        ("expr -(2+3)*2", "-10"),
        ("expr 5-", "!err!"),
        ("expr x", "!err!"),
    ],
)
def test_functions_of_the_heartbeat_gate(start, line, answer):
    assert start().api(line) == answer


def test_nothing_is_ever_run(start):
    switch = start()
    switch.api("system touch /nowhere/at-all")
    assert switch.shell_commands == ["touch /nowhere/at-all"]
