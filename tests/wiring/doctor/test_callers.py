"""What the check-up says about who is let in."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fsplug.policy.entities import Transport
from fsplug.store.config.trunks import Trunk
from fsplug.wiring.doctor import callers
from fsplug.wiring.doctor.findings import FindingState
from fsplug.xml.host_addresses import HostAddresses
from fsplug.xml.install.installation import Installation

TAKES = '<param name="apply-inbound-acl" value="fsplug-trunks"/>'
PLAIN = Installation()
PROVES = '<param name="auth-calls" value="true"/>'


def trunk(*sources: str, host: str = "") -> Trunk:
    return Trunk("carrier", "carrier", host, 5060, False, "", ("+",), False, None, sources, Transport.UDP)


def api(external: str = TAKES, internal: str = PROVES, let_in: tuple[str, ...] = ()) -> Callable[[str], str]:
    configured = f'<c><profile name="external">{external}</profile><profile name="internal">{internal}</profile></c>'
    lists = {f"acl {address} fsplug-trunks": "true" for address in let_in}
    return lambda command: configured if command.startswith("xml_locate") else lists.get(command, "false")


def nowhere(host: str) -> list[str]:
    raise OSError(host)


def found(switch: Callable[[str], str], *known: Trunk, wanted: Installation = PLAIN) -> list[tuple[FindingState, str]]:
    addresses = HostAddresses(lookup=nowhere)
    return [(one.state, one.text) for one in callers.every(switch, known, wanted, addresses)]


def test_a_trunk_profile_that_takes_calls_from_anybody_is_wrong() -> None:
    [(state, text), _] = found(api(external=""), trunk("192.0.2.1"))
    assert (state, text) == (FindingState.WRONG, "the profile external takes calls from anybody")


@pytest.mark.parametrize(
    ("one", "let_in", "state", "word"),
    [
        (trunk("192.0.2.0/28"), ("192.0.2.0",), FindingState.OK, "1 trunks"),
        (trunk(host="192.0.2.1"), ("192.0.2.1",), FindingState.OK, "1 trunks"),
        (trunk(host="192.0.2.1"), (), FindingState.WRONG, "refuses calls from 192.0.2.1"),
        (trunk(host="sip.nowhere.example"), (), FindingState.WRONG, "has no address"),
        (trunk(), (), FindingState.WARN, "nobody knows"),
    ],
)
def test_a_trunk_whose_calls_are_refused_is_named(
    one: Trunk, let_in: tuple[str, ...], state: FindingState, word: str
) -> None:
    [(said, text), _] = found(api(let_in=let_in), one)
    assert said is state and word in text


def test_a_trunk_over_tls_needs_a_switch_that_speaks_it() -> None:
    one = replace(trunk("192.0.2.1"), transport=Transport.TLS)
    [(state, text), _] = found(api(let_in=("192.0.2.1",)), one)
    assert state is FindingState.WRONG and "no certificate" in text


def test_a_trunk_whose_certificate_is_checked_is_called_by_its_name() -> None:
    one = replace(trunk(host="192.0.2.1"), transport=Transport.TLS)
    switch, wanted = api(let_in=("192.0.2.1",)), Installation(tls=True, trunks_show_certificates=True)
    [(state, text), _] = found(switch, one, wanted=wanted)
    assert state is FindingState.WARN and "by name alone" in text
    [(state, _), _] = found(switch, one, wanted=Installation(tls=True))
    assert state is FindingState.OK


@pytest.mark.parametrize(
    "more",
    [
        '<param name="apply-inbound-acl" value="domains"/>',
        '<param name="apply-register-acl" value="office"/>',
        '<param name="accept-blind-reg" value="true"/>',
        '<param name="auth-calls" value="false"/>',
    ],
)
def test_phones_that_get_in_without_a_password_are_wrong(more: str) -> None:
    *_, (state, text) = found(api(internal=PROVES + more))
    assert state is FindingState.WRONG and more.split('"')[1] in text


def test_phones_that_prove_a_password_are_well() -> None:
    *_, (state, _) = found(api(internal=f'{PROVES}<param name="accept-blind-reg" value="false"/>'))
    assert state is FindingState.OK
