"""The check-up of the switch's secrets on the disk: nobody but the switch and fsplug may read them."""

import time
from pathlib import Path

from fsplug.wiring import open_secrets
from fsplug.wiring.doctor.findings import Api, Finding, ok, warn, wrong
from fsplug.xml.install import certificates

_SUBJECT = "switch's secrets"
_NAMED = 5
_UMASK = "start the switch with umask 0007 (UMask=0007 of its service), or it writes the file open again"


def closed(api: Api, conf: Path | None) -> Finding:
    """No file that holds the event socket's password, a phone's or a private key can be read by other users."""
    folder = api("global_getvar log_dir").strip()
    if folder.startswith("/") and (found := open_secrets.of_log_folder(Path(folder))):
        text = f"{found[0]} holds the event socket's password and the phones' hashes, and others can read it"
        return wrong(_SUBJECT, text, f"chmod 640 {found[0]}; {_UMASK}")
    if conf is not None and (found := open_secrets.of_configuration(conf)):
        named = " ".join(map(str, found[:_NAMED]))
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        return wrong(_SUBJECT, f"others can read passwords in {named}{more}", f"chmod o-rwx {named}")
    return ok(_SUBJECT, "only the switch and fsplug can read them")


def certificate(conf: Path, now: float) -> Finding | None:
    """The certificate for SIP over TLS does not end soon; None without one."""
    subject, ends_at = "certificate", certificates.installed_end(conf)
    if ends_at is None:
        return None
    when = time.strftime("%Y-%m-%d", time.gmtime(ends_at))
    remedy = "renew it, then: fsplug switch install --conf DIR --yes, and restart the switch"
    if ends_at <= now:
        return wrong(subject, f"the certificate for SIP over TLS has ended on {when}", remedy)
    if ends_at <= now + certificates.WARN_SECONDS:
        return warn(subject, f"the certificate for SIP over TLS ends on {when}", remedy)
    return ok(subject, f"for SIP over TLS, until {when}")
