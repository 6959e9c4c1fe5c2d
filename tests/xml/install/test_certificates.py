"""What a certificate must be before the switch is made to show it, and what is said when it ends."""

import stat
import time
from pathlib import Path

import pytest

from fsplug.errors import Invalid
from fsplug.lab.certificates import Ca, Signed
from fsplug.wiring.doctor import switch_secrets
from fsplug.wiring.doctor.findings import FindingState
from fsplug.xml.install import certificates
from fsplug.xml.install.conf_folder import ConfFolder


@pytest.fixture
def ca(tmp_path: Path) -> Ca:
    return Ca(tmp_path)


def checked(one: Signed, key: Path | None = None, ca: str = "") -> certificates.Certificates:
    return certificates.checked(str(one.certificate), str(key or one.key), ca, time.time())


def test_a_pair_is_put_where_the_switch_reads_it_and_closed_to_others(ca: Ca, tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    conf.mkdir()
    checked(ca.signed("pbx"), ca=str(ca.file)).write(ConfFolder(conf))
    agent = conf / "fsplug/tls/agent.pem"
    assert "BEGIN CERTIFICATE" in agent.read_text() and "PRIVATE KEY" in agent.read_text()
    assert stat.S_IMODE(agent.stat().st_mode) == 0o640
    assert (conf / "fsplug/tls/cafile.pem").read_bytes() == ca.file.read_bytes()


def test_what_can_t_be_used_is_refused_by_name_with_the_option(ca: Ca, tmp_path: Path) -> None:
    good, other, old = ca.signed("good"), ca.signed("other"), ca.signed("old", days=-1)
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    for one, key, trusted, word in (
        (Signed(tmp_path / "gone.pem", good.key), None, "", "gone.pem can't be read"),
        (Signed(nonsense, good.key), None, "", "nonsense.pem holds no certificate"),
        (good, tmp_path / "gone.key", "", "gone.key can't be read"),
        (good, nonsense, "", "is not a private key"),
        (good, other.key, "", "is not the key of"),
        (old, None, "", "has ended on"),
        (good, None, str(nonsense), "--tls-ca"),
    ):
        with pytest.raises(Invalid, match=word):
            checked(one, key, trusted)


@pytest.mark.parametrize(("days", "state"), [(31, FindingState.OK), (29, FindingState.WARN), (1, FindingState.WARN)])
def test_the_end_of_a_certificate_is_warned_of_for_thirty_days(
    ca: Ca, tmp_path: Path, days: int, state: FindingState
) -> None:
    checked(ca.signed("pbx", days)).write(ConfFolder(tmp_path))
    found = switch_secrets.certificate(tmp_path, time.time())
    assert found and found.state is state
    ended = switch_secrets.certificate(tmp_path, time.time() + 40 * 86_400)
    assert ended and ended.state is FindingState.WRONG


def test_without_a_certificate_nothing_is_said(tmp_path: Path) -> None:
    assert switch_secrets.certificate(tmp_path, time.time()) is None
