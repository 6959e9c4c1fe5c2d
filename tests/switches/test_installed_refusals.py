"""Whom an installed switch refuses: strangers, wrong passwords, forged registrations, transfers to what is nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fsplug.lab.freeswitch import wait_for
from fsplug.lab.installed import phone_password
from fsplug.lab.softphone import Softphone
from fsplug.policy.access.sign_in_failures import FAILURES
from tests.cli.conftest import ACME
from tests.switches.barephone import BarePhone
from tests.switches.guesser import guesser
from tests.switches.installation import CONSENT, SALES, Installed
from tests.switches.test_fail2ban import host_of

OK, FORBIDDEN = "SIP/2.0 200 OK", "SIP/2.0 403 Forbidden"
# The ways of a REGISTER to say that the phone is elsewhere: its Contact, and a header.
LIES = (
    ("<sip:1004@{elsewhere}>", "Subject: none"),
    ("<sip:1004@{own};fs_path=sip%3A{elsewhere}>", "Subject: none"),
    ("<sip:1004@{own};maddr=127.0.0.9>", "Subject: none"),
    ("<sip:1004@{own}>", "Path: <sip:{elsewhere};lr>"),
)
# A question about it is three times as long.
LONG = f"User-Agent: {'%' * 23_000}"


def test_a_call_from_elsewhere_than_a_trunk_is_refused_and_leaves_nothing(installed: Installed) -> None:
    before, switch = installed.account(), installed.switch
    core, external = switch.api("global_getvar core_uuid"), switch.ports.external_port

    def answered(number: str = SALES) -> str:
        """What somebody on another address hears first that is not a mere "wait"."""
        with BarePhone(host="127.0.0.2") as stranger:
            stranger.call(external, number)
            while (heard := stranger.hear("SIP/2.0 ").start).startswith("SIP/2.0 100"):
                pass
            return heard

    for number in (SALES, "*28*1001", "nobody"):
        assert answered(number) == "SIP/2.0 403 Forbidden", number
    assert switch.legs() == 0
    installed.cli.ok("trunk", "set", "--company", ACME, "trunk", "--source", "127.0.0.2")
    wait_for(lambda: switch.api("acl 127.0.0.2 fsplug-trunks") == "true", "the switch to know the trunk's new address")
    assert answered("nobody") != "SIP/2.0 403 Forbidden"
    installed.cli.ok("trunk", "set", "--company", ACME, "trunk", "--source", "")
    wait_for(lambda: switch.api("acl 127.0.0.2 fsplug-trunks") == "false", "the switch to forget it")
    installed.serving.stop()
    try:
        assert answered() == "SIP/2.0 403 Forbidden"
    finally:
        installed.serving.start()
    assert switch.api("global_getvar core_uuid") == core
    assert installed.account().calls == before.calls
    rejected = [line for line in switch.log.read_text(errors="replace").splitlines() if "Rejected by" in line]
    assert {host_of(line) for line in rejected} == {"127.0.0.2"}


def test_who_tries_passwords_is_refused_for_a_while_and_nobody_else(installed: Installed) -> None:
    port, right = installed.switch.ports.internal_port, phone_password(installed.cli.data, ACME, "1001")
    before = _unanswered_questions(installed)

    def refused() -> list[str]:
        return [source for _, source in installed.refused()]

    with guesser("127.0.0.4", port, ACME) as honest, guesser("127.0.0.3", port, ACME) as attacker:
        assert honest.register("1001", right) == OK
        assert {attacker.register("1001", f"wrong-{number}") for number in range(FAILURES)} == {FORBIDDEN}
        wait_for(lambda: refused() == ["127.0.0.3"], "the source to be refused")
        if installed.is_asked:
            assert attacker.register("1001", right) == FORBIDDEN
            assert attacker.register("1001", right, LONG) == FORBIDDEN
        assert honest.register("1001", right, LONG) == OK
        # Whoever fails in a phone's name, from where it is signed in, does not lock it out.
        for number in range(FAILURES):
            honest.register("1002" if number % 2 else "1001", "wrong")
        wait_for(lambda: refused() == ["127.0.0.3", "127.0.0.4"], "that source to be refused too")
        assert honest.register("1001", right) == OK
        assert "127.0.0.3" in installed.healthy()
        installed.cli.ok("switch", "forgive", "127.0.0.3", "--dry-run")
        assert len(refused()) == 2
        installed.cli.ok("switch", "forgive", "--all")
        assert refused() == []
        assert attacker.register("1001", right) == OK
    logged = [line for line in installed.serving.log.read_text().splitlines() if "source-refused" in line]
    assert [host_of(line) for line in logged] == ["127.0.0.3", "127.0.0.4"]
    assert _unanswered_questions(installed) == before


def _unanswered_questions(installed: Installed) -> int:
    """How many questions of the switch's nobody has answered, as it logs them."""
    return installed.switch.log.read_text(errors="replace").count("Received HTTP error")


def test_a_phone_is_called_where_it_registered_from_wherever_it_says_it_is(installed: Installed) -> None:
    password, port = phone_password(installed.cli.data, ACME, "1004"), installed.switch.ports.internal_port
    with guesser("127.0.0.9", port, ACME) as provider, installed.desk("1003") as clara:
        # A switch that reads files is told the same of every phone.
        for contact, header in LIES if installed.is_asked else ():
            with guesser("127.0.0.5", port, ACME) as phone:
                places = {"own": phone.place, "elsewhere": provider.place}
                lie = contact.format(**places)
                assert phone.register("1004", password, header.format(**places), contact=lie) == OK
                clara.call("1004")
                assert phone.called() == f"INVITE sip:1004@{phone.place} SIP/2.0"
            installed.switch.api("hupall")
            installed.switch.wait_until_idle()


def test_no_phone_registers_from_where_calls_go_out_to(installed: Installed) -> None:
    ports, password = installed.switch.ports, phone_password(installed.cli.data, ACME, "1004")
    with guesser("127.0.0.1", ports.internal_port, ACME, ports.trunk_port) as provider:
        if installed.is_asked:
            assert provider.register("1004", password) == FORBIDDEN


def test_wrong_passwords_of_calls_count_too(installed: Installed) -> None:
    right = phone_password(installed.cli.data, ACME, "1001")
    with guesser("127.0.0.5", installed.switch.ports.internal_port, ACME) as caller:
        said = {caller.invite("1002", "1001", f"wrong-{number}") for number in range(FAILURES)}
        assert said == {FORBIDDEN}
        wait_for(lambda: "127.0.0.5" in installed.cli.ok("switch", "refused"), "the source to be refused")
        if installed.is_asked:
            assert caller.invite("1002", "1001", right) == FORBIDDEN
        installed.cli.ok("switch", "forgive", "127.0.0.5")
        assert caller.invite("1002", "1001", right) != FORBIDDEN


@contextmanager
def proving_trunk(installed: Installed, secret: str) -> Iterator[str]:
    """The demo's trunk proves this password; the name under which it does."""
    switch, of, path = installed.switch, ("--company", ACME, "trunk"), installed.cli.data.parent / "secret"
    path.write_text(secret)
    installed.cli.ok("trunk", "set", *of, "--inbound-digest", "--inbound-password-file", path)
    wait_for(lambda: switch.api("acl 127.0.0.1 fsplug-trunks-with-digest") == "true", "the switch to ask for it")
    try:
        yield f"trunk.{ACME}"
    finally:
        installed.cli.ok("trunk", "set", *of, "--no-inbound-digest")
        wait_for(lambda: switch.api("acl 127.0.0.1 fsplug-trunks-with-digest") == "false", "the switch not to ask")
        switch.api("hupall")
        switch.wait_until_idle()


def test_a_trunk_that_proves_a_password_calls_in_with_it_and_from_its_address_alone(installed: Installed) -> None:
    external, right = installed.switch.ports.external_port, "a-secret-of-the-provider"
    with (
        proving_trunk(installed, right) as name,
        guesser("127.0.0.1", external, ACME) as provider,
        guesser("127.0.0.2", external, ACME) as stranger,
    ):
        assert provider.invite("nobody").startswith("SIP/2.0 407")
        assert provider.invite("nobody", name, "wrong").startswith("SIP/2.0 403")
        assert stranger.invite("nobody", name, right).startswith("SIP/2.0 403")
        phone = phone_password(installed.cli.data, ACME, "1001")
        assert provider.invite("nobody", "1001", phone, realm=ACME).startswith("SIP/2.0 403")
        assert provider.invite("nobody", name, right).startswith("SIP/2.0 404")
        assert provider.invite(CONSENT, name, right).startswith("SIP/2.0 200")


def test_a_phone_that_names_a_gateway_does_not_come_in_as_a_trunk(installed: Installed) -> None:
    phone = phone_password(installed.cli.data, ACME, "1001")
    with guesser("127.0.0.1", installed.switch.ports.internal_port, ACME) as anna:
        assert anna.invite("gw+trunk", "1001", phone).startswith("SIP/2.0 403")


@pytest.mark.parametrize("more", ["", ";a=b,execute_on_answer=hangup,c=d", ";a=b,execute_on_ring=hangup"])
def test_a_transfer_to_a_call_that_is_nowhere_calls_no_address_that_the_phone_names(
    installed: Installed, more: str
) -> None:
    elsewhere = Softphone(installed.switch.ports.internal_port, ACME, "elsewhere")
    with installed.desk("1001") as anna, installed.customer() as customer, elsewhere:
        customer.until_up(customer.call("+4570101001"))
        talking = anna.until_up()
        anna.transfer_to(f"sip:+4522334466@127.0.0.1:{elsewhere.port}{more}?Replaces=nowhere%3Bto-tag%3D1", talking)
        wait_for(lambda: talking.state == "ended" or talking.notified, "the switch to refuse")
        assert elsewhere.dialogs == []
        assert all("403 Forbidden" in one for one in talking.notified)
    installed.switch.wait_until_idle()


def test_a_switch_that_is_told_to_deny_it_lets_no_phone_connect_calls(installed: Installed) -> None:
    installed.switch.api("global_setvar deny_refer_requests=true")
    try:
        with installed.desk("1001") as anna, installed.desk("1002") as bo, installed.customer() as customer:
            customer.until_up(customer.call("+4570101001"))
            hers, theirs = anna.until_up(), customer.dialog
            his = bo.until_up(bo.call(CONSENT))
            bo.connect(his, hers)
            wait_for(lambda: any("403 Forbidden" in one for one in his.notified), "the switch to refuse")
            assert {hers.state, theirs.state} == {"up"}
    finally:
        installed.switch.api("global_setvar deny_refer_requests=false")
    installed.switch.wait_until_idle()


def test_a_trunk_that_has_proven_its_password_goes_on_whoever_fails_from_its_address(installed: Installed) -> None:
    ports, right = installed.switch.ports, "a-secret-of-the-provider"

    def are_refused(*places: tuple[str, str]) -> bool:
        return set(places) <= set(installed.refused())

    with (
        proving_trunk(installed, right) as name,
        guesser("127.0.0.1", ports.external_port, ACME) as provider,
        guesser("127.0.0.1", ports.external_port, ACME) as another,
        guesser("127.0.0.1", ports.internal_port, ACME) as phone,
        guesser("127.0.0.6", ports.internal_port, ACME) as last,
    ):
        assert provider.invite("nobody", name, right).startswith("SIP/2.0 404")
        for number in range(FAILURES + 2):
            phone.register(f"9{number}", "wrong")
        wait_for(lambda: are_refused(("internal", "127.0.0.1")), "the phones' profile to refuse them")
        assert provider.invite("nobody", name, right).startswith("SIP/2.0 404")
        for number in range(FAILURES + 2):
            another.invite("nobody", name, f"wrong-{number}")
        # The switch tells of failures in their order: with these, it has told of all those before.
        for number in range(FAILURES + 2):
            last.register(f"9{number}", "wrong")
        wait_for(
            lambda: are_refused(("external", "127.0.0.1"), ("internal", "127.0.0.6")), "the failures to be counted"
        )
        if installed.is_asked:
            assert another.invite("nobody", name, right).startswith("SIP/2.0 403")
        assert provider.invite("nobody", name, right).startswith("SIP/2.0 404")
        installed.cli.ok("switch", "forgive", "--all")
