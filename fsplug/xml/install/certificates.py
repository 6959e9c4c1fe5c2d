"""The certificate, key and CA for SIP over TLS: checked, and put where the switch reads them."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid
from fsplug.xml.install.conf_folder import ConfFolder

FOLDER = "fsplug/tls"
# The names under which sofia looks for the certificate with its key, and for those whom it trusts (tport_type_tls.c).
AGENT, TRUSTED = f"{FOLDER}/agent.pem", f"{FOLDER}/cafile.pem"
WARN_SECONDS = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Certificates:
    """What the switch shows, and whom it trusts if it asks; PEM. `ends_at` is the certificate's end, epoch seconds."""

    agent: bytes = field(repr=False)
    trusted: bytes
    ends_at: float

    def write(self, folder: ConfFolder) -> None:
        """Put them into the switch's configuration folder, closed to other users."""
        for path, content in ((AGENT, self.agent), (TRUSTED, self.trusted)):
            if folder.read(path) != content:
                folder.write(path, content)


def checked(certificate: str, key: str, ca: str, now: float) -> Certificates:
    """Those of the files; Invalid says which can't be used, and why. Without a CA, its own chain is trusted."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    chain, secret = _read("certificate", certificate), _read("key", key)
    own = _parsed("certificate", certificate, chain)[0]
    try:
        pair = load_pem_private_key(secret, None)
    except (ValueError, TypeError) as error:
        raise _bad("key", key, "is not a private key in PEM without a password") from error
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if pair.public_key().public_bytes(*form) != own.public_key().public_bytes(*form):
        raise _bad("key", key, f"is not the key of {certificate}")
    if own.not_valid_after_utc.timestamp() <= now:
        raise _bad("certificate", certificate, f"has ended on {own.not_valid_after_utc:%Y-%m-%d}; get a new one")
    if own.not_valid_before_utc.timestamp() > now:
        raise _bad("certificate", certificate, f"begins only on {own.not_valid_before_utc:%Y-%m-%d}")
    trusted = _read("CA", ca) if ca else chain
    _parsed("CA", ca or certificate, trusted)
    return Certificates(chain.rstrip() + b"\n" + secret, trusted, own.not_valid_after_utc.timestamp())


def installed_end(conf: Path) -> float | None:
    """When the certificate that the switch has ends, in epoch seconds; None if it has none that can be read."""
    try:
        own = _parsed("certificate", str(conf / AGENT), (conf / AGENT).read_bytes())[0]
    except (OSError, Invalid):
        return None
    ends: datetime = own.not_valid_after_utc
    return ends.timestamp()


def _read(what: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise _bad(what, path, f"can't be read ({error.strerror})") from error


def _parsed(what: str, path: str, content: bytes) -> list[Any]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise _bad(what, path, "holds no certificate in PEM") from error


def _bad(what: str, path: str, why: str) -> Invalid:
    option = {"certificate": "--tls-certificate", "key": "--tls-key", "CA": "--tls-ca"}[what]
    return Invalid("bad-certificate", f"{path} {why}; name another file with {option}", path=path)
