"""The phones that are signed in at a running switch."""

import re
import urllib.parse
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from fsplug.errors import Unavailable
from fsplug.wiring.doctor.findings import Api
from fsplug.wiring.printed_xml import parsed
from fsplug.xml.install.lockout import Registration

_VARIABLE = re.compile(r"\$\$\{([A-Za-z0-9_.-]+)\}")


def expanded(api: Api, text: str) -> str:
    """The text of a configuration with the running switch's values of its variables."""
    return _VARIABLE.sub(lambda found: api(f"global_getvar {found[1]}").strip(), text)


def registrations(api: Api, conf: Path, profile: str) -> list[Registration]:
    """The phones signed in at this profile; Unavailable if the switch runs on another configuration than `conf`."""
    its_own = api("global_getvar conf_dir").strip()
    if not its_own or Path(its_own).resolve() != conf.resolve():
        text = f"the FreeSWITCH that answers runs on {its_own or 'an unknown folder'}, not on {conf}"
        raise Unavailable("another-switch", text, conf=its_own)
    answer = api(f"sofia xmlstatus profile {profile} reg")
    try:
        found = parsed(answer)
    except ElementTree.ParseError as error:
        text = f"the switch's list of the phones signed in at {profile} can't be read ({error})"
        raise Unavailable("phones-not-read", text, profile=profile) from error
    return [_registration(one) for one in found.iter("registration")]


def _registration(element: ElementTree.Element) -> Registration:
    user, _, host = (element.findtext("user") or "").partition("@")
    username = urllib.parse.unquote(element.findtext("sip-auth-user") or "")
    return Registration(user, host.lower(), username, (element.findtext("sip-auth-realm") or "").lower())
