"""Which values of a configuration are shown, and which are not."""

import pytest

from fsplug.xml.install.secrets import is_secret, masked, secrets


@pytest.mark.parametrize(
    "tag",
    [
        '<param name="password" value="s3cret"/>',
        "<param value='s3cret' name='vm-password'/>",
        '<param  name="reverse-auth-pass"\n  value="s3cret" />',
        '<param name="a1-hash" value="s3cret"/>',
        '<param name="cred" value="s3cret"/>',
        '<param name="note" label="a>b"/><param name="password" label="a>b" value="s3cret"/>',
        '<X-PRE-PROCESS cmd="set" data="default_password=s3cret"/>',
        '<!-- don\'t --> <param name="gateway-credentials" value="s3cret"/> <!-- won\'t -->',
        '<!-- <param name="tls-passphrase" value="s3cret"/> -->',
    ],
)
def test_a_secret_is_not_shown_however_it_is_written(tag: str) -> None:
    assert secrets(tag) == ["s3cret"]
    shown = masked(tag, ["s3cret"], "(secret)", "(another)")
    assert "s3cret" not in shown and shown.count("(secret)") == 1 and "(another)" not in shown
    assert masked(tag, ["other"], "(secret)", "(another)").count("(another)") == 1


@pytest.mark.parametrize("name", ["inbound-bypass-media", "pass-rfc2833", "sip-port"])
def test_other_settings_are_shown(name: str) -> None:
    assert not is_secret(name)
