"""Small parsers for the texts that commands and applications get."""

from urllib.parse import unquote

from fsplug.fakeswitch.dialstring import leading_variables


def decoded_variables(text: str) -> dict[str, str]:
    """`{a=1,b=2}`, or that URL-encoded, as record_session and uuid_record take it (mod_dptools.c)."""
    return leading_variables(unquote(text.strip()), "{")[0]
