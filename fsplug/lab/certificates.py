"""Certificates for the demo and the tests: a CA, and what it signs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Signed:
    """The files of a certificate and of its key; `both` in one file."""

    certificate: Path
    key: Path
    both: Path = Path()


class Ca:
    """Signs certificates, into a folder. `file` is its own certificate; its key is in memory alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fsplug's demo and tests")])
        own = self._built(self._name, self._key, 3650, is_ca=True)
        self.file = folder / "ca.pem"
        self.file.write_bytes(own.public_bytes(Encoding.PEM))

    def signed(self, name: str, days: int = 365, host: str = "acme.example") -> Signed:
        """A certificate of this name, for the host and for 127.0.0.1, that ends so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = Signed(*(self._folder / f"{name}.{kind}" for kind in ("pem", "key", "both")))
        made.certificate.write_bytes(self._built(subject, key, days, host=host).public_bytes(Encoding.PEM))
        made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        made.both.write_bytes(made.certificate.read_bytes() + made.key.read_bytes())
        return made

    def _built(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: int, is_ca: bool = False, host: str = ""
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        names: list[x509.GeneralName] = [x509.DNSName(host or "ca.invalid"), x509.IPAddress(ip_address("127.0.0.1"))]
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1000))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
        )
        return builder.sign(self._key, hashes.SHA256())
