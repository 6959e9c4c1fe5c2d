"""Which settings of an operator's file a change concerns."""

from fsplug.xml.install.installer import FileChange
from fsplug.xml.install.listing import SettingChange, setting_changes

BEFORE = b"""<profiles>
  <profile name="internal"><settings><param name="a" value="1"/><param name="b" value="1"/></settings></profile>
  <profile name="external"><settings><param name="a" value="1"/></settings></profile>
</profiles>"""
AFTER = b"""<profiles>
  <profile name="internal"><settings>
    <!-- <param name="a" value="1"/> --><param name="b" value="2"/>
  </settings></profile>
  <profile name="external"><settings><param name="c" value="1"/><param name="a" value="1"/></settings>
    <load module="mod_x"/></profile>
</profiles>"""


def test_what_goes_changes_and_comes_is_listed_by_its_place() -> None:
    found = setting_changes([FileChange("a.xml", BEFORE, AFTER)])
    assert set(found) == {
        SettingChange("a.xml", "profile internal", "param", "a", "1", None),
        SettingChange("a.xml", "profile internal", "param", "b", "1", "2"),
        SettingChange("a.xml", "profile external", "param", "c", None, "1"),
        SettingChange("a.xml", "profile external", "load", "mod_x", None, ""),
    }


def test_files_that_come_or_go_or_that_are_no_xml_have_no_settings_of_the_operator_s() -> None:
    assert setting_changes([FileChange("a.xml", None, AFTER), FileChange("b.xml", BEFORE, None)]) == []
    assert setting_changes([FileChange("a.txt", b"<a>", b"<b>")]) == []


def test_a_file_of_ten_thousand_settings_is_compared_in_one_pass() -> None:
    many = b"".join(b'<x name="u%d"><param name="a" value="1"/></x>' % number for number in range(10_000))
    found = setting_changes([FileChange("a.xml", b"<all>%s</all>" % many, b'<all>%s<y name="z"/></all>' % many)])
    assert found == [SettingChange("a.xml", "", "y", "z", None, "")]
