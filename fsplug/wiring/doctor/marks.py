"""The check-up of call marks: the secret, that the switch has it, and the dialplans that ask without a mark."""

import stat
from collections.abc import Iterator
from pathlib import Path

from fsplug.errors import Unavailable
from fsplug.policy.hosts import is_loopback
from fsplug.wiring import call_secret
from fsplug.wiring.calls.asking import REMEDY
from fsplug.wiring.doctor.findings import Api, Finding, ok, warn, wrong
from fsplug.wiring.settings import Settings

_SUBJECT = "call marks"
_OPEN = stat.S_IRWXG | stat.S_IRWXO


def secret(settings: Settings) -> Finding:
    """The secret is there and readable by its owner alone, and calls come over loopback."""
    path = call_secret.path_in(settings.data)
    if not is_loopback(settings.listen_host):
        return wrong(_SUBJECT, f"calls would ask over a network ({settings.listen_host}) in clear text", REMEDY)
    if not path.exists():
        return warn(_SUBJECT, f"there is no secret in {path} yet", "fsplug serve makes it: systemctl restart fsplug")
    if path.stat().st_mode & _OPEN:
        remedy = f"chmod 600 {path}; fsplug secret rotate-calls"
        return wrong(_SUBJECT, f"others can read {path}, and could make up calls", remedy)
    return ok(_SUBJECT, f"the secret is in {path}")


def on_switch(api: Api, settings: Settings) -> Finding:
    """The switch marks calls with this installation's secret."""
    try:
        wanted = call_secret.read(call_secret.path_in(settings.data))
    except Unavailable as error:
        return warn(_SUBJECT, error.text, "systemctl restart fsplug")
    if api("global_getvar fsplug_secret").strip() != wanted:
        text = "the switch marks calls with no secret, or with another one: they are not answered"
        return wrong(_SUBJECT, text, "start fsplug serve, which gives the switch its secret; its log says what fails")
    return ok(_SUBJECT, "the switch marks calls with this installation's secret")


def dialplans(settings: Settings, conf: Path) -> Iterator[Finding]:
    """Every file of the switch's configuration that asks fsplug marks its calls."""
    asks = f":{settings.listen_port} full"
    without = sorted(str(one.relative_to(conf)) for one in conf.rglob("*.xml") if _asks_without(one, asks))
    if without:
        line = "fsplug_mark=${md5(${uuid}:${fsplug_secret})}"
        remedy = (
            f"set {line} before the socket action (docs/operating.md); for fsplug's own files: fsplug switch install"
        )
        text = f"{', '.join(without[:5])} ask without a mark: these calls get no verdict"
        yield wrong(_SUBJECT, text, remedy)


def _asks_without(path: Path, asks: str) -> bool:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return asks in text and 'application="socket"' in text and "fsplug_mark=" not in text
