"""`fsplug import users`."""

from pathlib import Path

import pytest

from tests.cli.conftest import ACME, Cli

C = ("--company", ACME)
HEADER = "username,extension,name,email,department,record,role,fixed_number,mobile_numbers,licences,rights"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """The file to be imported."""
    return tmp_path / "users.csv"


def _errors(cli: Cli, sheet: Path, text: str | bytes) -> str:
    sheet.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = cli.ok("export")
    result = cli.run("import", "users", sheet, *C)
    assert (result.exit_code, cli.ok("export")) == (2, before)
    return result.stderr


def test_users_are_added_and_changed(cli: Cli, sheet: Path) -> None:
    sheet.write_text(
        f"{HEADER}\n"
        'eva,1009,"Ek, Eva",eva@acme.example,Sales,yes,superuser,70101009,20101009 +4520101010,contact-pro,listen-in\n'
        "1004,1004,David Krogh,david@acme.example,Support,yes,none,70101004,,,\n"
    )
    assert cli.json("import", "users", sheet, *C)["versions"] == {ACME: 2}
    assert cli.json("user", "show", *C, "eva") == {
        "username": "eva",
        "extension": "1009",
        "name": "Ek, Eva",
        "email": "eva@acme.example",
        "department": "Sales",
        "record": True,
        "role": "superuser",
        "fixed_number": "+4570101009",
        "mobile_numbers": ["+4520101009", "+4520101010"],
        "licences": ["contact-pro"],
        "rights": ["listen-in"],
    }
    david = cli.json("user", "show", *C, "1004")
    assert (david["record"], david["device"][0]["name"]) == (True, "desk")
    assert cli.json("import", "users", sheet, *C)["changes"] == 0


def test_a_missing_column_leaves_what_was_and_an_empty_cell_takes_it_away(cli: Cli, sheet: Path) -> None:
    sheet.write_text("username,department\n1001,\n")
    cli.ok("import", "users", sheet, *C)
    anna = cli.json("user", "show", *C, "1001")
    assert ("department" in anna, anna["name"], anna["record"]) == (False, "Anna Holm", True)


def test_a_spreadsheets_semicolons_byte_order_mark_and_line_ends_will_do(cli: Cli, sheet: Path) -> None:
    sheet.write_bytes("\ufeffusername;name\r\n1001;Åse\r\n\r\n".encode())
    cli.ok("import", "users", sheet, *C)
    assert cli.json("user", "show", *C, "1001")["name"] == "Åse"


def test_a_dry_run_changes_nothing(cli: Cli, sheet: Path) -> None:
    sheet.write_text("username,name\n1001,Åse\n")
    assert "nothing was changed" in cli.ok("import", "users", sheet, *C, "--dry-run")
    assert cli.json("user", "show", *C, "1001")["name"] == "Anna Holm"


def test_every_wrong_line_is_named_and_nothing_is_taken_in(cli: Cli, sheet: Path) -> None:
    said = _errors(
        cli,
        sheet,
        "username,extension,department,record,fixed_number,email\n"
        "good,1010,Sales,yes,,\n"
        "eva,1001,Sales,yes,,\n"
        "ida,1011,Slaes,yes,,\n"
        "bad name,1012,,no,,\n"
        "ole,1013,,perhaps,,\n"
        "kim,1014,,no,12,\n"
        "per,1015,,no,,per\n"
        ",1016,,no,,\n"
        "good,1017,,no,,\n",
    )
    for part in (
        "users.csv, nothing was changed:",
        "line 3, user eva: user 1001 has 1001 already; give it another",
        "line 4, user ida: department: there is no department Slaes; add it",
        "line 5, user bad name: username: 'bad name' won't do; use up to 64",
        "line 6, user ole: record: 'perhaps' won't do; write yes or no",
        "line 7, user kim: fixed number: '12' is not a telephone number in DK; write it with +",
        "line 8, user per: email: 'per' won't do; write it like",
        "line 9: username is empty; fill it in",
        "line 10, user good: already on line 2; keep one",
    ):
        assert part in said, said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: wrong columns (username is missing)"),
        ("name\nx\n", "username is missing"),
        ("username,nmae\nx,y\n", "line 1: wrong columns ('nmae'); use username and any of extension"),
        ("username,username\nx,y\n", "('username')"),
        ("username,name\n1001,a,b\n", "line 2: 3 cells for 2 columns; add what is missing"),
        ('username,name\n1001,"a\n', "not CSV"),
        (b"username,name\n1001,\xff\n", "can't be read as UTF-8"),
        ('username,name\n1001,"a\nb"\n', "line 3, user 1001: name: 'a\\nb' holds a control character"),
        ("username\nnew\n", "line 2, user new: extension is missing; use digits only"),
    ],
)
def test_a_file_that_wont_do_says_where_and_why(cli: Cli, sheet: Path, text: str | bytes, said: str) -> None:
    assert said in _errors(cli, sheet, text)


def test_ten_thousand_users_are_taken_in_at_once(cli: Cli, sheet: Path) -> None:
    rows = "".join(f"u{n},{n},{70000000 + n}\n" for n in range(120_000, 130_000))
    sheet.write_text(f"username,extension,fixed_number\n{rows}")
    cli.ok("number", "range", "add", *C, "70120000", "70129999")
    facts = cli.json("import", "users", sheet, *C)
    assert (facts["users"], facts["versions"]) == (10_000, {ACME: 3})
