"""Which actions a call runs: conditions, captures, breaks, anti-actions, as in mod_dialplan_xml.c."""

from pathlib import Path

import pytest

from fsplug.errors import Invalid
from fsplug.fakeswitch.channel import Channel, Profile
from fsplug.fakeswitch.dialplan import load, parse
from fsplug.fakeswitch.expand import expand

FIXTURES = Path(__file__).parents[2] / "fixtures" / "freeswitch" / "dialplan"


def route(conditions, destination="1001", executed=None, **variables):
    """The actions of one extension with these conditions; `set` marks come out as name=value."""
    channel = Channel("inbound", "sofia/x", Profile("Ann", "+4522334455", destination, "public"))
    for name, value in variables.items():
        channel.set(name, value)
    plan = parse(iter([f'<context name="public"><extension>{conditions}</extension></context>']))
    actions = plan.route(
        channel,
        lambda leg, text: expand(leg, text, lambda name, argument: f"<{name}:{argument}>", {}.get),
        lambda leg, name, data: (executed if executed is not None else []).append((name, data)),
    )
    return [data for _, data in actions]


def condition(field, expression, inside='<action application="set" data="hit=$1"/>', **attributes):
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<condition field="{field}" expression="{expression}"{more}>{inside}</condition>'


ANTI = '<action application="set" data="yes"/><anti-action application="set" data="no"/>'


def test_a_capture_stands_in_the_action():
    assert route(condition("destination_number", "^(10\\d\\d)$")) == ["hit=1001"]


def test_without_a_capture_the_dollar_stays():
    assert route(condition("destination_number", "^1001$")) == ["hit=$1"]


def test_no_match_is_no_action():
    assert route(condition("destination_number", "^2")) == []


def test_a_condition_without_a_field_matches_always():
    assert route('<condition><action application="set" data="x"/></condition>') == ["x"]


def test_a_variable_can_be_asked():
    assert route(condition("${sip_auth_username}", "^(.+)$"), sip_auth_username="1002") == ["hit=1002"]
    assert route(condition("${sip_auth_username}", "^(.+)$")) == []


def test_an_expression_is_expanded_too():
    assert route(condition("destination_number", "^(${wanted})$"), wanted="1001") == ["hit=1001"]


def test_the_first_failure_ends_the_extension():
    assert route(condition("destination_number", "^(2)") + condition("destination_number", "^(1)")) == []


def test_break_never_looks_on():
    both = condition("destination_number", "^(2)", **{"break": "never"}) + condition("destination_number", "^(1)")
    assert route(both) == ["hit=1"]


def test_break_on_true_stops_after_a_match():
    both = condition("destination_number", "^(1)", **{"break": "on-true"}) + condition("destination_number", "^(1)")
    assert route(both) == ["hit=1"]


def test_anti_actions_run_where_the_condition_fails():
    assert route(condition("destination_number", "^2", ANTI)) == ["no"]
    assert route(condition("destination_number", "^1", ANTI)) == ["yes"]


def test_an_inline_action_is_executed_while_looking():
    executed = []
    inside = '<action application="set" data="a=1" inline="true"/><action application="answer"/>'
    assert route(condition("destination_number", "^1", inside), executed=executed) == [""]
    assert executed == [("set", "a=1")]


def test_all_of_several_expressions():
    regexes = '<regex field="destination_number" expression="^1"/><regex field="caller_id_number" expression="^\\+45"/>'
    action = '<action application="set" data="x"/>'
    assert route(f'<condition regex="all">{regexes}{action}</condition>') == ["x"]
    assert route(f'<condition regex="xor">{regexes}{action}</condition>') == []


def test_the_search_goes_on_only_where_the_extension_says_so():
    extension = '<extension{}><condition><action application="set" data="{}"/></condition></extension>'
    first, second = extension.format(' continue="true"', "a"), extension.format("", "b")
    plan = parse(iter([f'<context name="public">{first}{second}{extension.format("", "c")}</context>']))
    channel = Channel("inbound", "sofia/x", Profile("", "", "1", "public"))
    assert [data for _, data in plan.route(channel, lambda leg, text: text, lambda *_: None)] == ["a", "b"]


def test_settings_beside_the_dialplan_fill_it_in(tmp_path):
    (tmp_path / "dialplan").mkdir()
    (tmp_path / "ports.xml").write_text(
        '<include><!-- <X-PRE-PROCESS cmd="set" data="a=no"/> --><X-PRE-PROCESS cmd="set" data="a=8084"/></include>'
    )
    (tmp_path / "dialplan" / "x.xml").write_text('<context name="public"><extension/></context>')
    assert load(tmp_path / "dialplan", {})[1] == {"a": "8084"}
    assert load(tmp_path / "dialplan", {"a": "9"})[1] == {"a": "9"}


def test_a_missing_folder_and_a_broken_file_are_named(tmp_path):
    with pytest.raises(Invalid, match="--dialplan"):
        load(tmp_path / "none", {})
    (tmp_path / "x.xml").write_text("<context>")
    with pytest.raises(Invalid, match="well-formed"):
        load(tmp_path, {})


@pytest.mark.parametrize(
    ("caller", "order", "direction", "answered"),
    [
        ("+4522334455", {"destination": "+4570101001"}, "incoming", True),
        ("+4522334455", {"destination": "+4570102001"}, "incoming", True),
        ("+4522334455", {"destination": "+4570102002"}, "incoming", True),
        ("1002", {"destination": "1001", "context": "acme.example", "user": "1002"}, "internal", True),
        ("1002", {"destination": "22334455", "context": "acme.example", "user": "1002"}, "outgoing", True),
        ("+4522334455", {"destination": "+4599999999"}, None, False),
    ],
)
def test_the_projects_dialplan_runs(start, caller, order, direction, answered):
    switch = start(FIXTURES, variables={"fsplug_port": "1"}, answers={"1001": 0.2, "trunk": 0.2})
    call = switch.place(caller, **order)
    call.wait()
    assert (call.leg.get("fsplug_direction"), bool(call.bridges)) == (direction, answered)
