"""Phones and trunks over TLS whose audio is encrypted: their calls are recorded, and in the clear there are none."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fsplug.errors import Unavailable
from fsplug.lab.baresip_phone import BaresipPhone, BaresipProvider, find_baresip
from fsplug.lab.certificates import Ca, Signed
from fsplug.lab.free_ports import some_media_ports, some_ports
from fsplug.lab.freeswitch import PATIENCE_SECONDS, RealSwitch, find_freeswitch, wait_for
from fsplug.lab.installed import phone_password
from fsplug.lab.softphone import Softphone
from fsplug.lab.witness import Account
from fsplug.media.archive import FolderArchive
from fsplug.wiring.settings import read
from tests.calls.plant import pitches
from tests.calls.serving import Serving
from tests.cli.conftest import ACME
from tests.switches.barephone import BarePhone
from tests.switches.installation import Installed, furnished

CUSTOMER = "22334455"
HERTZ, OUTSIDE_HERTZ = 440, 900
_OPTIONS = (
    b"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bKx\r\nFrom: <sip:a@127.0.0.1>;tag=a\r\n"
    b"To: <sip:127.0.0.1>\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)
# Numbers of Sweden go over the trunk that encrypts.
SWEDE, ANNAS = "+4681234567", "+4570101001"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def tls_port() -> int:
    return some_ports(1)[0]


@pytest.fixture(scope="module")
def trunk_port() -> int:
    return some_ports(1)[0]


@pytest.fixture(scope="module")
def provider_port() -> int:
    """Where the provider takes calls over TLS; the port before it is free too, which baresip takes as well."""
    return some_media_ports(1)[0] + 1


@pytest.fixture(scope="module")
def installed(
    ca: Ca, tls_port: int, trunk_port: int, provider_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installed]:
    if find_freeswitch() is None or find_baresip() is None:
        pytest.skip("skipped: no FreeSWITCH, or no baresip")
    folder, its = tmp_path_factory.mktemp("secure"), ca.signed("switch")
    secure = ("--tls-certificate", its.certificate, "--tls-key", its.key, "--tls-ca", ca.file, "--srtp")
    places = ("--tls-port", tls_port, "--tls-trunk-port", trunk_port)
    cli, ports = furnished(folder, "endpoint", more=(*secure, *places), phone_proxies="192.0.2.1")
    ports = replace(ports, event_socket_password=read(cli.data, {}).event_socket_password)
    with RealSwitch(ports, fixture=folder / "conf") as switch:
        cli.ok("switch", "install", "--conf", switch.conf, "--yes", *secure, *places)
        serving = Serving(cli.data, {}, restarts=False)
        serving.start()
        over = ("--host", "127.0.0.1", "--port", provider_port, "--transport", "tls", "--srtp", "--prefix", "+46")
        cli.ok("trunk", "add", "--company", ACME, "secure", *over)
        wait_for(lambda: "NOREG" in switch.api("sofia status gateway secure"), "the switch to know the trunk")
        try:
            yield Installed(cli, switch, serving)
        finally:
            serving.stop()
            serving.end()


@pytest.fixture
def anna(installed: Installed, ca: Ca, tls_port: int, tmp_path: Path) -> Iterator[BaresipPhone]:
    password = phone_password(installed.cli.data, ACME, "1001")
    with BaresipPhone(tmp_path / "anna", "1001", ACME, password, tls_port, ca.file, hertz=HERTZ) as phone:
        phone.until("200 OK")
        yield phone


def test_a_call_over_tls_with_srtp_is_recorded_and_has_both_voices(installed: Installed, anna: BaresipPhone) -> None:
    before, ports = installed.account(), installed.switch.ports
    with Softphone(ports.external_port, ACME, CUSTOMER, port=ports.trunk_port, hertz=OUTSIDE_HERTZ) as customer:
        anna.call(CUSTOMER)
        wait_for(lambda: bool(customer.dialogs), "the customer to be called")
        dialog = customer.until_up()
        wait_for(lambda: dialog.voice.heard().size > 16_000, "two seconds of Anna's voice")
        assert _ciphered(installed, "internal")
        customer.hang_up(dialog)
    assert _new_pitches(installed, before) == [HERTZ, OUTSIDE_HERTZ]


def test_calls_over_an_encrypting_trunk_are_recorded_in_both_directions(
    installed: Installed, anna: BaresipPhone, ca: Ca, provider_port: int, trunk_port: int, tmp_path: Path
) -> None:
    its = ca.signed("provider", host="127.0.0.1").both
    with BaresipProvider(tmp_path / "provider", SWEDE, provider_port, ca.file, its, hertz=OUTSIDE_HERTZ) as provider:
        provider.until("ready")
        before = installed.account()
        anna.call(SWEDE.replace("+", "00"))
        _talk(installed)
        anna.hang_up()
        assert _new_pitches(installed, before) == [HERTZ, OUTSIDE_HERTZ]
        before = installed.account()
        provider.call(f"sip:{ANNAS}@127.0.0.1:{trunk_port};transport=tls")
        _talk(installed)
        provider.hang_up()
        assert _new_pitches(installed, before) == [HERTZ, OUTSIDE_HERTZ]


def test_a_provider_with_a_wrong_certificate_gets_not_a_byte_of_a_call(
    installed: Installed, ca: Ca, provider_port: int, tmp_path: Path
) -> None:
    right, elsewhere = ca.signed("provider", host="127.0.0.1"), ca.signed("elsewhere")
    of_another_ca = Ca(tmp_path).signed("provider", host="127.0.0.1")
    heard = [_first_bytes(installed, provider_port, its) for its in (right, elsewhere, of_another_ca)]
    assert heard == [b"INVITE", b"", b""]


def test_a_provider_that_does_not_encrypt_has_no_call_out_or_in(
    installed: Installed, anna: BaresipPhone, ca: Ca, provider_port: int, trunk_port: int, tmp_path: Path
) -> None:
    before, its = installed.account(), ca.signed("provider", host="127.0.0.1").both
    with BaresipProvider(tmp_path / "provider", SWEDE, provider_port, ca.file, its, srtp=False) as provider:
        provider.until("ready")
        anna.call(SWEDE.replace("+", "00"))
        anna.until("session closed")
        provider.call(f"sip:{ANNAS}@127.0.0.1:{trunk_port};transport=tls")
        provider.until("session closed: 488")
    assert installed.account().recordings == before.recordings


def test_whoever_shows_no_certificate_of_the_ca_calls_over_no_trunk(
    installed: Installed, ca: Ca, trunk_port: int, tmp_path: Path
) -> None:
    context = ssl.create_default_context(cafile=str(ca.file))
    for its in (None, Ca(tmp_path).signed("provider")):
        if its:
            context.load_cert_chain(its.certificate, its.key)
        assert not _is_answered(context, trunk_port)
    its = ca.signed("provider")
    context.load_cert_chain(its.certificate, its.key)
    assert _is_answered(context, trunk_port)


def test_a_trunk_over_tls_calls_by_no_other_way(installed: Installed) -> None:
    with BarePhone() as somebody:
        somebody.call(installed.switch.ports.external_port, ANNAS)
        assert somebody.hear("SIP/2.0 403").start == "SIP/2.0 403 TLS Required"


def test_a_phone_in_the_clear_is_refused(installed: Installed) -> None:
    before = installed.account()
    with installed.desk("1002") as bo:
        dialog = bo.call(CUSTOMER)
        with pytest.raises(Unavailable, match="488"):
            bo.until_up(dialog)
    assert installed.account().recordings == before.recordings


def test_the_doctor_knows_when_the_certificate_ends(installed: Installed) -> None:
    assert "for SIP over TLS, until" in installed.healthy()


def test_old_versions_of_tls_are_not_spoken(installed: Installed, tls_port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", tls_port)) as raw, context.wrap_socket(raw) as wrapped:
        assert wrapped.version() in ("TLSv1.2", "TLSv1.3")


def _first_bytes(installed: Installed, port: int, its: Signed) -> bytes:
    """What the switch says to a provider with this certificate when it calls over the trunk."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(its.certificate, its.key)
    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.settimeout(PATIENCE_SECONDS)
        installed.switch.api(f"bgapi originate sofia/gateway/secure/{SWEDE} &park")
        raw, _ = listening.accept()
        raw.settimeout(PATIENCE_SECONDS)
        try:
            with raw, context.wrap_socket(raw, server_side=True) as wrapped:
                return wrapped.recv(6)
        except OSError:
            return b""
        finally:
            installed.switch.api("hupall")


def _is_answered(context: ssl.SSLContext, port: int) -> bool:
    """Whether the switch reads what comes from somebody with the certificate of this context."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as raw:
        try:
            with context.wrap_socket(raw, server_hostname="127.0.0.1") as wrapped:
                wrapped.sendall(_OPTIONS)
                return bool(wrapped.recv(1))
        except OSError:
            return False


def _talk(installed: Installed) -> None:
    """Return when both legs of a call have encrypted audio, and some of it is recorded."""
    wait_for(lambda: _ciphered(installed, "internal") and _ciphered(installed, "external"), "two encrypted legs")
    wait_for(lambda: any(one.stat().st_size > 64_000 for one in _being_made(installed)), "two seconds of a recording")


def _ciphered(installed: Installed, profile: str) -> bool:
    """Whether a leg of this profile is answered, and its audio encrypted."""
    legs = [one for one in installed.switch.api("show channels").splitlines() if f"sofia/{profile}" in one]
    dumps = [installed.switch.api(f"uuid_dump {one.partition(',')[0]}") for one in legs]
    return any("Answer-State: answered" in one and "variable_rtp_secure_audio_confirmed: true" in one for one in dumps)


def _being_made(installed: Installed) -> list[Path]:
    return list(read(installed.cli.data, {}).spool.rglob("*.wav"))


def _new_pitches(installed: Installed, before: Account) -> list[int]:
    """The pitches of the one recording made since then, once it is sealed."""
    known = {one["id"] for one in before.recordings}
    found: list[dict[str, Any]] = []

    def is_sealed() -> bool:
        found[:] = [one for one in installed.account().recordings if one["id"] not in known]
        return [one["state"] for one in found] == ["sealed"]

    wait_for(is_sealed, "one recording to be sealed")
    with FolderArchive(installed.cli.data / "archive").open(found[0]["location"]) as file:
        return pitches(file.read())
