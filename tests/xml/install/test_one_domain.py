"""A profile that puts every phone into one domain: what its phones keep when fsplug comes."""

from fnmatch import fnmatch
from xml.etree import ElementTree

import pytest

from fsplug.errors import Invalid
from fsplug.xml.install import one_domain
from fsplug.xml.install.conf_tree import ConfTree
from fsplug.xml.install.conf_vars import resolved
from fsplug.xml.install.one_domain import OneDomain

ROOT = """<document>
  <X-PRE-PROCESS cmd="include" data="vars.xml"/>
  <section name="configuration">
    <configuration name="sofia.conf"><profiles><profile name="internal">
      <domains><domain name="all"/></domains>
      <settings>{settings}</settings>
    </profile></profiles></configuration>
    <configuration name="presence_map.conf"><domains><domain name="$${domain}"/></domains></configuration>
  </section>
  <section name="directory"><X-PRE-PROCESS cmd="include" data="directory/*.xml"/></section>
</document>"""
VARS = """<include>
  <X-PRE-PROCESS cmd="set" data="domain=old.example"/>
  <X-PRE-PROCESS cmd="set" data="name=$${domain}"/>
  <X-PRE-PROCESS cmd="exec-set" data="host=hostname"/>
</include>"""
DIRECTORY = """<include><domain name="$${domain}">
  <params><param name="dial-string" value="${sofia_contact(*/${dialed_user}@${dialed_domain})}"/></params>
  <groups>
    <group name="all"><users><X-PRE-PROCESS cmd="include" data="people/*.xml"/></users></group>
    <group name="sales"><users><user id="1000" type="pointer"/></users></group>
  </groups>
</domain></include>"""
PEOPLE = '<include><user id="1000"><variables/></user><user id="1003"/></include>'
FORCED = '<param name="force-register-domain" value="$${domain}"/>'


def tree(settings: str = FORCED, directory: str = DIRECTORY) -> ConfTree:
    files = {
        "freeswitch.xml": ROOT.replace("{settings}", settings),
        "vars.xml": VARS,
        "directory/default.xml": directory,
        "directory/people/1.xml": PEOPLE,
    }
    return ConfTree(
        lambda path: files[path].encode() if path in files else None,
        lambda pattern: [path for path in files if fnmatch(path, pattern) and path.count("/") == pattern.count("/")],
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", None),
        ('<param name="challenge-realm" value="auto_from"/>', None),
        (FORCED, OneDomain("$${domain}")),
        ('<param name="challenge-realm" value="pbx"/>', OneDomain("pbx", True)),
        (f'{FORCED}<param name="challenge-realm" value="pbx"/>', OneDomain("$${domain}", True)),
        ('<param name="force-register-db-domain" value="x.example"/>', OneDomain("x.example")),
    ],
)
def test_the_domain_in_which_a_profile_looks_everybody_up(settings: str, expected: OneDomain | None) -> None:
    assert one_domain.of_profile(tree(settings), "internal") == expected


def test_a_variable_is_followed_as_far_as_the_text_tells_its_value() -> None:
    assert resolved(tree(), "at $${name}") == "at old.example"
    assert resolved(tree(), "$${host}") is None and resolved(tree(), "$${local_ip_v4}") is None


def test_the_users_of_a_domain_are_found_through_its_includes() -> None:
    assert one_domain.users(tree(), "$${domain}") == one_domain.users(tree(), "old.example") == ["1000", "1003"]
    assert one_domain.domains(tree()) == ["old.example"]


def test_another_name_has_the_same_users_and_its_calls_carry_the_known_name() -> None:
    made = one_domain.copies(tree(), OneDomain("$${domain}"), ["pbx.example", "old.example"])
    assert list(made) == ["fsplug/former/pbx.example.xml"]
    root = ElementTree.fromstring(made["fsplug/former/pbx.example.xml"])
    domain = root.find("domain")
    assert domain is not None and domain.get("name") == "pbx.example"
    assert [one.get("data") for one in domain.iter("X-PRE-PROCESS")] == ["../../directory/people/*.xml"]
    known = [one.attrib for one in domain.findall("variables/variable")]
    assert known == [{"name": "domain_name", "value": "$${domain}"}]


def test_a_domain_s_own_variables_stay_beside_the_known_name() -> None:
    with_variables = DIRECTORY.replace("<groups>", '<variables><variable name="a" value="b"/></variables><groups>', 1)
    made = one_domain.copies(tree(directory=with_variables), OneDomain("$${domain}"), ["pbx.example"])
    domain = ElementTree.fromstring(next(iter(made.values()))).find("domain")
    assert domain is not None
    assert [one.get("name") for one in domain.findall("variables/variable")] == ["domain_name", "a"]


@pytest.mark.parametrize("name", ["", "a b", "../x", "<a>", "x/y", "-a"])
def test_what_no_phone_can_name_is_no_domain(name: str) -> None:
    with pytest.raises(Invalid, match="is not a domain"):
        one_domain.checked_name(name)


def test_each_phone_is_found_under_every_name() -> None:
    found = one_domain.presence_hosts("$${domain}, a", OneDomain("$${domain}"), {"b", "a"})
    assert found == "$${domain},a,b"
