"""Whether the switch itself refuses who names a call to take it over."""

from fsplug.wiring.doctor import taking_over


def test_a_switch_that_gives_calls_away_is_named_with_what_it_lacks():
    found = taking_over.on_switch(lambda line: "nobody" if "eavesdrop" in line else "")
    assert found.state == "warn"
    assert "intercept_unbridged_only=true" in found.remedy
    assert "eavesdrop" not in found.remedy


def test_a_switch_that_has_both_settings_is_well():
    assert taking_over.on_switch(lambda line: taking_over.WANTED[line.split()[1]]).state == "ok"
