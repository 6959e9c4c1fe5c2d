"""The commands: nothing that a person or a caller is called can become a command or another argument."""

import re

import pytest

from fsplug.errors import Invalid
from fsplug.esl import commands
from fsplug.esl.commands import recordings
from fsplug.policy.terms import DEFAULT_TERMS

LEG = "620c2863-b174-471d-8853-16b072570450"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Anna Holm lytter med", "Anna Holm lytter med"),
        ("Åse Ø. Bjørn-Sørensen", "Åse Ø. Bjørn-Sørensen"),
        ("Pat O'Brien", "Pat O\N{RIGHT SINGLE QUOTATION MARK}Brien"),
        ("${system(touch /tmp/x)}", "system(touch tmpx)"),
        ('a|b"c\\d', "abcd"),
        ("one\r\nuuid_kill all", "one uuid_kill all"),
        ("%41%0d%0a", "410d0a"),
        ("x" * 500, "x" * 80),
    ],
)
def test_a_display_gets_only_what_a_name_is_made_of(name: str, shown: str) -> None:
    assert commands.display(LEG, name, "1002") == f"uuid_display {LEG} {shown}|1002"


@pytest.mark.parametrize("number", ["", "a b", "${x}", "1|2", "1\n2", "9" * 41])
def test_a_number_that_is_none_is_shown_as_a_dash(number: str) -> None:
    assert commands.display(LEG, "Anna", number) == f"uuid_display {LEG} Anna|-"


def test_a_caller_without_a_name_is_shown_by_number_and_one_without_both_as_a_dash() -> None:
    assert commands.display(LEG, '""', "+4522334455") == f"uuid_display {LEG} +4522334455|+4522334455"
    assert commands.display(LEG, "", "") == f"uuid_display {LEG} -|-"


def test_tones_that_follow_each_other_have_names_of_their_own_and_are_mixed_in() -> None:
    tones = [commands.tone(LEG, count) for count in range(20)]
    assert len(set(tones)) == 20
    assert all(re.fullmatch(rf"uuid_displace {LEG} start \S+ [0-9]+ mux", tone) for tone in tones)


@pytest.mark.parametrize("dial", ["*28*", "*28*1001 XML other.example", "1001", "*28*${x}", "*28*" + "1" * 21])
def test_only_a_star_code_and_a_number_is_dialled_for_somebody(dial: str) -> None:
    with pytest.raises(Invalid, match="star code"):
        commands.ring_and_dial("internal", "1002", "acme.example", {}, dial)


@pytest.mark.parametrize("value", ["a,b", "a}b", "${x}", "a b", "[a]"])
def test_what_would_end_a_dial_string_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="variable of a dial string"):
        commands.ring_and_dial("internal", "1002", "acme.example", {"fsplug_user": value}, "*28*1001")


@pytest.mark.parametrize("phone", ["1002,1003", "1002@evil.example", "a b", ""])
def test_only_a_phone_of_the_company_is_rung(phone: str) -> None:
    with pytest.raises(Invalid):
        commands.ring_and_dial("internal", phone, "acme.example", {}, "*28*1001")


def test_legs_are_uuids_and_nothing_else() -> None:
    for command in (commands.ends_with_bridge, lambda leg: commands.tone(leg, 1)):
        with pytest.raises(Invalid, match="channel uuid"):
            command("all;hupall")


def test_a_leg_begins_to_record_only_for_the_partner_that_it_was_armed_for() -> None:
    partner = "0b1c2863-b174-471d-8853-16b072570451"
    told = recordings.arm_for_partner(LEG, partner, "/spool/a.wav", "a", DEFAULT_TERMS)
    hook = f"execute_on_post_bridge_{partner.replace('-', '_')}"
    begun = f"uuid_setvar {LEG} {hook} record_session ${{cond(x${{signal_bond}} == x{partner} ?/spool/a.wav %7B"
    assert told.startswith(begun) and told.endswith("%7D)}")
    assert not set("{}()?:'").intersection(told.removeprefix(begun).removesuffix(")}"))
    assert recordings.disarm_for_partner(LEG, partner) == f"uuid_setvar {LEG} {hook}"


@pytest.mark.parametrize("partner", ["a b", "${system(x)}", "a?b", "a'", ""])
def test_a_partner_is_a_uuid_and_nothing_else(partner: str) -> None:
    with pytest.raises(Invalid):
        recordings.arm_for_partner(LEG, partner, "/spool/a.wav", "a", DEFAULT_TERMS)
