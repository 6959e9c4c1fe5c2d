"""The options of `fsplug switch install` for SIP over TLS and SRTP, and what they ask for."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from fsplug.errors import Invalid

if TYPE_CHECKING:
    from fsplug.xml.install.certificates import Certificates

FILES = ("tls_certificate", "tls_key", "tls_ca")


def certificate_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What SIP over TLS and SRTP need."""
    for option in (
        click.option(
            "--srtp/--no-srtp", default=None, help="Phones must encrypt their audio (SRTP); other calls are refused."
        ),
        click.option("--tls-trunk-port", type=click.IntRange(1, 65535), help="The port for trunks over TLS  [5081]"),
        click.option("--tls-port", type=click.IntRange(1, 65535), help="The port for phones over TLS  [5061]"),
        click.option(
            "--tls-ca",
            metavar="FILE",
            help="The certificates (PEM) of the CAs that the switch trusts: a trunk over TLS must present a "
            "certificate of theirs, issued for the trunk's host.",
        ),
        click.option("--tls-key", metavar="FILE", help="The certificate's private key, in PEM."),
        click.option(
            "--tls-certificate",
            metavar="FILE",
            help="The switch's certificate, in PEM with its chain: phones and trunks may use SIP over TLS.",
        ),
    ):
        command = option(command)
    return command


def certificates(options: Mapping[str, Any]) -> "Certificates | None":
    """Those that the options name; None without TLS. Invalid says what is missing or can't be used."""
    from fsplug.xml.install.certificates import checked

    certificate, key, ca = (options.get(name) for name in FILES)
    if bool(certificate) != bool(key) or (ca and not certificate):
        raise Invalid("tls-incomplete", "SIP over TLS needs both; add --tls-certificate FILE and --tls-key FILE")
    if options.get("srtp") and not certificate:
        text = "without TLS, the keys of SRTP would travel in the clear"
        raise Invalid("srtp-without-tls", f"{text}; add --tls-certificate FILE and --tls-key FILE")
    return checked(certificate, key, ca or "", time.time()) if certificate and key else None
