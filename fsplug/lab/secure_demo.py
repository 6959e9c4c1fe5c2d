"""The demo's switch speaks SIP over TLS and SRTP: a CA and a certificate of its own, and a phone that uses them."""

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fsplug.errors import Unavailable
from fsplug.lab.baresip_phone import BaresipPhone
from fsplug.lab.certificates import Ca
from fsplug.lab.exchange import Exchange
from fsplug.lab.free_ports import is_free, some_ports
from fsplug.lab.freeswitch import FIXTURE, RealSwitch, wait_for
from fsplug.xml.install import certificates
from fsplug.xml.install.conf_folder import ConfFolder
from fsplug.xml.install.installation import Installation

# Plays whoever answers a call, to its end.
Answer = Callable[[], None]

# Where the settings of the fixture's profile for phones begin.
_SETTINGS = re.compile('<profile name="internal">\\s*<settings>\n')
_VARIABLE = re.compile("^variable_(\\w+): (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SecureSip:
    """`fixture` is the configuration of a switch that takes TLS at `port`; `ca` is whom its phones trust."""

    fixture: Path
    port: int
    ca: Path


def secure_sip(folder: Path) -> SecureSip:
    """Make the CA, the certificate and the configuration, in a folder that stays as long as the switch."""
    (folder / "tls").mkdir()
    ca, [port] = Ca(folder / "tls"), some_ports(1)
    its, fixture = ca.signed("switch"), folder / "tls" / "conf"
    shutil.copytree(FIXTURE, fixture)
    made = certificates.checked(str(its.certificate), str(its.key), str(ca.file), time.time())
    made.write(ConfFolder(fixture))
    params = Installation(tls=True, tls_ports=(port, port)).tls_params("internal")
    lines = "".join(f'            <param name="{name}" value="{value}"/>\n' for name, value in params.items())
    whole = fixture / "freeswitch.xml"
    text = _SETTINGS.sub(lambda found: found[0] + lines, whole.read_text(encoding="utf-8"))
    whole.write_text(text, encoding="utf-8")
    return SecureSip(fixture, port, ca.file)


def call_out(
    secure: SecureSip, switch: RealSwitch, caller: tuple[str, str], number: str, talk_seconds: float, answer: Answer
) -> str:
    """Call an outside number from a user's phone (company, username) over TLS with SRTP.

    `answer` plays whoever answers there, and returns when they are hung up on. Returns how the call was encrypted.
    Unavailable if it fails.
    """
    company, user = caller
    password = Exchange(switch.ports).password(company, user)
    with (
        ThreadPoolExecutor(1) as thread,
        tempfile.TemporaryDirectory(prefix="fsplug-baresip-") as folder,
        BaresipPhone(Path(folder), user, company, password, secure.port, secure.ca) as phone,
    ):
        phone.until("200 OK")
        answered = thread.submit(answer)
        wait_for(lambda: answered.done() or not is_free(switch.ports.trunk_port), "the other side to listen")
        phone.call(number)
        wait_for(lambda: answered.done() or bool(_encryption(switch)), "the encrypted call")
        said = _encryption(switch)
        time.sleep(talk_seconds)
        phone.hang_up()
        answered.result()
    if not said:
        raise Unavailable("demo-call-failed", f"the call of {user} to {number} was not encrypted")
    return said


def _encryption(switch: RealSwitch) -> str:
    """How SIP and audio of the caller's leg are encrypted, once it is answered; empty until then."""
    for leg in switch.api("show channels").splitlines():
        known = dict(_VARIABLE.findall(switch.api(f"uuid_dump {leg.partition(',')[0]}"))) if "/internal/" in leg else {}
        if known.get("rtp_secure_audio_confirmed") == "true":
            return f"SIP over {known['sip_via_protocol'].upper()}, audio by {known['rtp_secure_media_negotiated']}"
    return ""
