"""The demo's own switch: it has a certificate that the demo makes, and a phone calls over TLS with SRTP."""

import shutil
import ssl
from pathlib import Path

import pytest

from fsplug.lab.baresip_phone import find_baresip
from fsplug.lab.demo import ENCRYPTED, demo_switch
from fsplug.lab.freeswitch import find_freeswitch


def test_the_demo_makes_a_call_over_tls_with_srtp_and_says_how_to_make_others(tmp_path: Path) -> None:
    if find_freeswitch() is None or find_baresip() is None or shutil.which("sipp") is None:
        pytest.skip("skipped: no FreeSWITCH, no baresip or no SIPp")
    starting, _ = demo_switch(tmp_path)
    with starting as switch:
        assert ENCRYPTED in switch.calls
        assert switch.place(ENCRYPTED) == "SIP over TLS, audio by AES_CM_128_HMAC_SHA1_80"
        [ca] = [line.partition("CA: ")[2] for line in switch.hints if "CA: " in line]
        [port] = [line.partition("127.0.0.1:")[2].split()[0] for line in switch.hints if "127.0.0.1:" in line]
        assert "clara-1003" in "".join(switch.hints)
        certificate = ssl.get_server_certificate(("127.0.0.1", int(port)), ca_certs=ca)
        assert certificate.startswith("-----BEGIN CERTIFICATE-----")
    assert not list(tmp_path.rglob("ca.key"))
