"""The templates' folder, and operators who change a file of it."""

from pathlib import Path

import pytest

from fsplug.errors import Invalid
from fsplug.store.db.database import Store
from fsplug.xml.answers import Answers
from fsplug.xml.templates import Templates, own_folder
from fsplug.xml.ways import Ways


def test_a_file_of_one_s_own_goes_before_ours(store: Store, tmp_path: Path) -> None:
    (tmp_path / "dialplan").mkdir()
    (tmp_path / "dialplan" / "emergency.xml.j2").write_text('<extension name="of {{ company.name }}"/>\n')
    answers = Answers(store, Templates(override=tmp_path), Ways())
    assert '<extension name="of Acme A/S"/>' in answers.dialplan("acme.example", "112")
    assert '<extension name="user 1001">' in answers.dialplan("acme.example", "1001")


@pytest.mark.parametrize(
    ("text", "said"),
    [("{{ nothing }}", "'nothing' is undefined"), ("\n{% if %}", r"emergency\.xml\.j2, line 2"), ("{{ it.no }}", "no")],
)
def test_a_template_s_error_is_reported_with_its_place(text: str, said: str, store: Store, tmp_path: Path) -> None:
    (tmp_path / "dialplan").mkdir()
    (tmp_path / "dialplan" / "emergency.xml.j2").write_text(text)
    with pytest.raises(Invalid, match=said):
        Answers(store, Templates(override=tmp_path), Ways()).dialplan("acme.example", "112")


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="nowhere"):
        Templates(override=tmp_path / "nowhere")


def test_every_template_begins_with_what_it_is_for() -> None:
    for path in (own_folder() / "dialplan", own_folder() / "directory"):
        for template in path.glob("*.j2"):
            assert "{#" in template.read_text(encoding="utf-8"), template.name


def test_no_template_leaves_a_comment_for_freeswitch() -> None:
    for path in (own_folder() / "dialplan", own_folder() / "directory"):
        assert not [one.name for one in path.glob("*.j2") if "<!--" in one.read_text(encoding="utf-8")]
