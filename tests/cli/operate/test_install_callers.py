"""Who is let in by a switch that fsplug is installed in: what an installation changes, checks and says."""

import stat
from pathlib import Path

import pytest

from fsplug.lab.certificates import Ca
from tests.cli.conftest import ACME, Cli
from tests.cli.operate.switchconf import everything, install

BY_ADDRESS = """<profile name="internal">
  <settings>
    <param name="apply-inbound-acl" value="domains"/>
    <param name="apply-register-acl" value="office"/>
    <param name="accept-blind-reg" value="true"/>
    <param name="auth-calls" value="$${internal_auth_calls}"/>
  </settings>
</profile>
"""
WITH_GATEWAY = """<profile name="external">
  <gateways>
    <gateway name="carrier"><param name="proxy" value="sip.carrier.example"/></gateway>
  </gateways>
  <settings>
    %s
  </settings>
</profile>
"""


def test_phones_of_theirs_prove_a_password_whatever_their_address(cli: Cli, theirs: Path) -> None:
    profile = theirs / "sip_profiles/internal.xml"
    profile.write_text(BY_ADDRESS)
    before = everything(theirs)
    install(cli, theirs)
    after = profile.read_text()
    for name in ("apply-inbound-acl", "apply-register-acl", "accept-blind-reg"):
        assert f'<!-- fsplug: <param name="{name}"' in after, name
    assert '<param name="auth-calls" value="true"/>' in after
    cli.ok("switch", "uninstall", "--conf", theirs, "--yes")
    assert everything(theirs) == before


@pytest.mark.parametrize("own", ["", '<param name="apply-inbound-acl" value="lan"/>'])
def test_their_trunk_profile_takes_our_list_beside_its_own_and_gateways_it_shuts_out_are_named(
    cli: Cli, theirs: Path, own: str
) -> None:
    profile = theirs / "sip_profiles/external.xml"
    profile.write_text(WITH_GATEWAY % own)
    said = cli.run("switch", "install", "--conf", theirs, "--yes")
    assert said.exit_code == 0, said.stderr
    after = profile.read_text()
    assert '<param name="apply-inbound-acl" value="fsplug-trunks"/>' in after and own in after
    assert ("your own gateway carrier are refused" in said.stderr) is (not own)
    lists = (theirs / "fsplug/acl/trunks.xml").read_text()
    assert '<list name="fsplug-trunks" default="deny">' in lists and 'cidr="127.0.0.1/32"' in lists


def test_a_file_with_a_password_is_closed_to_others(cli: Cli, theirs: Path) -> None:
    place = theirs / "autoload_configs/event_socket.conf.xml"
    place.chmod(0o644)
    place.parent.chmod(0o755)
    said = cli.run("switch", "install", "--conf", theirs, "--yes")
    assert f"closed to other users: {place}" in said.stderr
    assert stat.S_IMODE(place.stat().st_mode) == 0o640


def test_a_certificate_makes_the_profiles_speak_tls_and_a_second_run_has_nothing_to_do(
    cli: Cli, theirs: Path, tmp_path: Path
) -> None:
    its = Ca(tmp_path).signed("pbx")
    options = ("--tls-certificate", str(its.certificate), "--tls-key", str(its.key), "--srtp")
    for wrong, word in (
        (options[:2], "needs both"),
        (("--srtp",), "in the clear"),
        ((*options[:2], "--tls-key", str(its.certificate)), "is not a private key"),
    ):
        refused = cli.run("switch", "install", "--conf", theirs, "--yes", *wrong)
        assert refused.exit_code == 2 and word in refused.stderr
    said = cli.run("switch", "install", "--conf", theirs, "--yes", *options)
    assert said.exit_code == 0 and "PRIVATE KEY" not in said.stdout + said.stderr
    for profile, port in (("internal", 5061), ("external", 5081)):
        text = (theirs / f"sip_profiles/{profile}.xml").read_text()
        assert f'<param name="tls-sip-port" value="{port}"/>' in text and '"tls" value="true"' in text
        assert '<param name="tls-cert-dir" value="$${conf_dir}/fsplug/tls"/>' in text
    assert stat.S_IMODE((theirs / "fsplug/tls/agent.pem").stat().st_mode) == 0o640
    users = (theirs / f"fsplug/directory/{ACME}.xml").read_text()
    assert '<variable name="rtp_secure_media_inbound" value="mandatory"/>' in users
    assert "[rtp_secure_media=mandatory,fsplug_user=1001" in (theirs / f"fsplug/dialplan/{ACME}.xml").read_text()
    assert "nothing to change" in install(cli, theirs)
    install(cli, theirs, "--no-srtp")
    assert "rtp_secure_media" not in (theirs / f"fsplug/directory/{ACME}.xml").read_text()
    cli.ok("switch", "uninstall", "--conf", theirs, "--yes")
    assert not (theirs / "fsplug").exists()
