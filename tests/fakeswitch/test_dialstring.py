"""Dial strings as the fixtures write them, and the quoting that protects an armed leg."""

from fsplug.fakeswitch.dialstring import parse
from fsplug.fakeswitch.words import decoded_variables


def test_commas_ring_together_and_bars_in_turn():
    dialled = parse("user/1001@a,user/1002@a|sofia/gateway/trunk/+4522334455")
    assert [[leg.number for leg in group] for group in dialled.groups] == [["1001", "1002"], ["+4522334455"]]


def test_braces_are_for_everybody_and_brackets_for_one_leg():
    dialled = parse("{a=1,b=two}[c=3]user/1001@a,[c=4]user/1002@a")
    assert dialled.variables == {"a": "1", "b": "two"}
    assert [leg.variables for leg in dialled.groups[0]] == [{"c": "3"}, {"c": "4"}]


def test_a_quoted_value_keeps_its_commas_spaces_and_braces():
    arm = "record_session /spool/R1.wav {fsplug_recording%3DR1%2CRECORD_STEREO%3Dtrue}"
    leg = parse(f"[fsplug_user=1001,execute_on_answer='{arm}',fsplug_leg=1001]user/1001@a").groups[0][0]
    assert leg.variables == {"fsplug_user": "1001", "execute_on_answer": arm, "fsplug_leg": "1001"}


def test_an_unset_arm_is_an_empty_value():
    assert parse("[execute_on_answer='']user/1001@a").groups[0][0].variables == {"execute_on_answer": ""}


def test_a_name_registered_here_is_dialled_by_percent_as_by_at():
    leg = parse("sofia/internal/1001%acme.example").groups[0][0]
    assert (leg.number, leg.destination, leg.profile) == ("1001", "1001@acme.example", "internal")


def test_a_gateway_leg_knows_number_and_gateway():
    leg = parse("sofia/gateway/trunk/+4522334455").groups[0][0]
    assert (leg.number, leg.gateway, leg.profile) == ("+4522334455", "trunk", "external")


def test_a_sip_address_is_its_user():
    leg = parse("sofia/internal/sip:1001@127.0.0.1:6001;transport=udp").groups[0][0]
    assert (leg.number, leg.profile) == ("1001", "internal")


def test_another_separator_can_be_chosen():
    assert parse("{^^;a=1,2;b=3}user/1001@a").variables == {"a": "1,2", "b": "3"}


def test_nothing_is_dialled_by_an_empty_string():
    assert parse("").groups == ()


def test_recording_variables_may_be_encoded():
    assert decoded_variables("{a%3D1%2Cb%3D2}") == decoded_variables("{a=1,b=2}") == {"a": "1", "b": "2"}
