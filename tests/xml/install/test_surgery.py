"""Changes in the middle of an operator's file, byte for byte."""

import pytest

from fsplug.errors import Invalid
from fsplug.xml.install.surgery import XmlFile, include

SOURCE = b"""<?xml version="1.0"?>
<!-- <load module="mod_hash"/> -->
<modules a='1 > 0'>
  <load module="mod_sofia"/>   <!-- \xc3\xa6 > -->
\t<settings>
    <param name="x" value="&lt;"/>
  </settings>
  <gateways/>
</modules>
"""


def parsed() -> XmlFile:
    return XmlFile.parse("a.xml", SOURCE)


def test_a_line_goes_in_last_and_everything_else_stays() -> None:
    file = parsed()
    after = file.with_last(file.need("modules"), '<load module="mod_hash"/>').source
    assert after == SOURCE.replace(b"  <gateways/>\n", b'  <gateways/>\n  <load module="mod_hash"/>\n')


def test_a_line_goes_in_first() -> None:
    file = parsed()
    after = file.with_first(file.need("modules"), include("a/*.xml")).source
    line = b'\n  <X-PRE-PROCESS cmd="include" data="a/*.xml"/>'
    assert after == SOURCE.replace(b"<modules a='1 > 0'>", b"<modules a='1 > 0'>" + line)


def test_a_line_that_is_there_goes_in_once_but_a_comment_is_not_there() -> None:
    file = parsed()
    once = file.with_last(file.need("modules"), '<load module="mod_hash"/>')
    assert once.with_last(once.need("modules"), '<load module="mod_hash"/>') == once != file


def test_an_element_without_an_inside_gets_one() -> None:
    file = parsed()
    after = file.with_last(file.need("gateways"), "<gateway/>")
    assert after.source == SOURCE.replace(b"<gateways/>", b"<gateways>\n    <gateway/>\n  </gateways>")


def test_a_param_gets_another_value_or_is_added() -> None:
    file = parsed()
    settings = file.need("settings")
    assert file.with_param(settings, "x", "<") is file
    assert b'<param name="x" value="a&amp;b"/>' in file.with_param(settings, "x", "a&b").source
    added = file.with_param(settings, "y", "2")
    assert [one.attributes["name"] for one in added.all("param")] == ["y", "x"]


def test_a_param_goes_into_a_comment() -> None:
    file = parsed()
    after = file.without_param(file.need("settings"), "x")
    assert after.find("param") is None and b'<!-- fsplug: <param name="x" value="&lt;"/> -->' in after.source


def test_what_is_no_xml_or_lacks_an_element_is_named() -> None:
    with pytest.raises(Invalid, match=r"a\.xml is not well-formed"):
        XmlFile.parse("a.xml", b"<a>")
    with pytest.raises(Invalid, match=r'a\.xml has no <load module="mod_x">'):
        parsed().need("load", module="mod_x")


def test_an_empty_tag_ends_before_the_end_that_follows_it() -> None:
    file = XmlFile.parse("a.xml", b"<a><b><c/></b></a>")
    inner = file.need("c")
    assert file.source[inner.start : inner.end] == b"<c/>" and inner.is_empty_tag
    assert file.with_last(inner, "<d/>").source == b"<a><b><c>\n  <d/>\n</c></b></a>"


def test_of_several_the_last_is_set_and_each_is_taken_out() -> None:
    file = XmlFile.parse("a.xml", b'<s><param name="x" value="1"/><param name="x" value="2"/></s>')
    assert file.with_param(file.whole, "x", "3").source.endswith(b'"1"/><param name="x" value="3"/></s>')
    assert list(file.without_param(file.whole, "x").all("param")) == []


@pytest.mark.parametrize("source", [b"<a><b></b></a>", b"<a>\n  <b></b> <!-- x -->\n</a>", b"<a><b><c/><d/></b></a>"])
def test_an_include_has_its_line_for_itself(source: bytes) -> None:
    file, line = XmlFile.parse("a.xml", source), include("x/*.xml")
    for changed in (file.with_first(file.need("b"), line), file.with_last(file.need("b"), line)):
        assert line.encode() in [one.strip() for one in changed.source.splitlines()]
