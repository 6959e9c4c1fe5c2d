"""Phones over TLS whose audio is encrypted: their calls are recorded, and a phone in the clear has none."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fsplug.errors import Unavailable
from fsplug.lab.baresip_phone import BaresipPhone, find_baresip
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import RealSwitch, find_freeswitch, wait_for
from fsplug.lab.installed import phone_password
from fsplug.lab.softphone import Softphone
from fsplug.media.archive import FolderArchive
from fsplug.wiring.settings import read
from tests.calls.plant import pitches
from tests.calls.serving import Serving
from tests.certificates import Ca
from tests.cli.conftest import ACME
from tests.switches.installation import Installed, furnished

CUSTOMER = "22334455"
HERTZ, OUTSIDE_HERTZ = 440, 900


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def tls_port() -> int:
    return some_ports(1)[0]


@pytest.fixture(scope="module")
def installed(ca: Ca, tls_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    if find_freeswitch() is None or find_baresip() is None:
        pytest.skip("skipped: no FreeSWITCH, or no baresip")
    folder, its = tmp_path_factory.mktemp("secure"), ca.signed("switch")
    secure = ("--tls-certificate", its.certificate, "--tls-key", its.key, "--srtp")
    places = ("--tls-port", tls_port, "--tls-trunk-port", some_ports(1)[0])
    cli, ports = furnished(folder, "endpoint", more=(*secure, *places))
    ports = replace(ports, event_socket_password=read(cli.data, {}).event_socket_password)
    with RealSwitch(ports, fixture=folder / "conf") as switch:
        cli.ok("switch", "install", "--conf", switch.conf, "--yes", *secure, *places)
        serving = Serving(cli.data, {})
        serving.start()
        try:
            yield Installed(cli, switch, serving)
        finally:
            serving.stop()
            serving.end()


def test_a_call_over_tls_with_srtp_is_recorded_and_has_both_voices(
    installed: Installed, ca: Ca, tls_port: int, tmp_path: Path
) -> None:
    before, ports = installed.account(), installed.switch.ports
    password = phone_password(installed.cli.data, ACME, "1001")
    outside = Softphone(ports.external_port, ACME, CUSTOMER, port=ports.trunk_port, hertz=OUTSIDE_HERTZ)
    with (
        outside as customer,
        BaresipPhone(tmp_path / "anna", "1001", ACME, password, tls_port, ca.file, hertz=HERTZ) as anna,
    ):
        anna.until("200 OK")
        anna.call(CUSTOMER)
        wait_for(lambda: bool(customer.dialogs), "the customer to be called")
        dialog = customer.until_up()
        wait_for(lambda: dialog.voice.heard().size > 16_000, "two seconds of Anna's voice")
        [leg] = [one for one in installed.switch.api("show channels").splitlines() if "sofia/internal" in one]
        dump = installed.switch.api(f"uuid_dump {leg.partition(',')[0]}")
        assert "variable_sip_via_protocol: tls" in dump, [one for one in dump.splitlines() if "protocol" in one]
        assert "variable_rtp_has_crypto: AES" in dump, [o for o in dump.splitlines() if "crypto" in o or "secur" in o]
        customer.hang_up(dialog)
    wait_for(lambda: len(installed.account().recordings) == len(before.recordings) + 1, "the recording")
    wait_for(
        lambda: all(one["state"] == "sealed" for one in installed.account().recordings), "the recording to be sealed"
    )
    known = {one["id"] for one in before.recordings}
    [made] = [one for one in installed.account().recordings if one["id"] not in known]
    with FolderArchive(installed.cli.data / "archive").open(made["location"]) as file:
        assert pitches(file.read()) == [HERTZ, OUTSIDE_HERTZ]


def test_a_phone_is_called_over_the_connection_that_it_registered_with(
    installed: Installed, ca: Ca, tls_port: int, tmp_path: Path
) -> None:
    password = phone_password(installed.cli.data, ACME, "1001")
    with (
        BaresipPhone(tmp_path / "anna", "1001", ACME, password, tls_port, ca.file) as anna,
        installed.customer() as customer,
    ):
        anna.until("200 OK")
        customer.hang_up(customer.until_up(customer.call("+4570101001")))
        installed.switch.wait_until_idle()


def test_a_phone_in_the_clear_is_refused(installed: Installed) -> None:
    before = installed.account()
    with installed.desk("1002") as bo:
        dialog = bo.call(CUSTOMER)
        with pytest.raises(Unavailable, match="488"):
            bo.until_up(dialog)
    assert installed.account().recordings == before.recordings


def test_the_doctor_knows_when_the_certificate_ends(installed: Installed) -> None:
    said = installed.cli.run("doctor")
    assert said.exit_code == 0 and "for SIP over TLS, until" in said.stdout


def test_old_versions_of_tls_are_not_spoken(installed: Installed, tls_port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", tls_port)) as raw, context.wrap_socket(raw) as wrapped:
        assert wrapped.version() in ("TLSv1.2", "TLSv1.3")
