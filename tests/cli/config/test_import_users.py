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
        "line 5, user bad name: username: 'bad name' is not valid; use up to 64",
        "line 6, user ole: record: 'perhaps' is not valid; write yes or no",
        "line 7, user kim: fixed number: '12' is not a phone number in DK; write it with +",
        "line 8, user per: email: 'per' is not valid; write it like",
        "line 9: username is empty; fill it in",
        "line 10, user good: already on line 2; keep one",
    ):
        assert part in said, said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: wrong columns (there is neither a username nor an extension;"),
        ("name\nx\n", "neither a username nor an extension"),
        (
            "username,nmae\nx,y\n",
            "line 1: wrong columns ('nmae' is not known (did you mean name?), say what it holds, or leave it out",
        ),
        ("username,username\nx,y\n", "two columns hold username"),
        ("username,name\n1001,a,b\n", "line 2: 3 cells for 2 columns; add what is missing"),
        ('username,name\n1001,"a\n', "not CSV"),
        (b"username,name\n1001,\x01\n", "it can't be read as text"),
        ("name,role\nAnna,none\n", "say which column it is: --map HEADING=username"),
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


def test_every_fault_of_a_row_is_told_at_once(cli: Cli, sheet: Path) -> None:
    said = _errors(
        cli, sheet, "username;extension;email;role;record;fixed_number\n2105;21 05;no-mail;emperor;perhaps;12\n"
    )
    where = "line 2, user 2105: "
    for part in (
        "5 errors in",
        f"{where}extension: '21 05' is not valid; use digits only",
        f"{where}email: 'no-mail' is not valid; write it like",
        f"{where}role: 'emperor' is not known; use none or",
        f"{where}record: 'perhaps' is not valid; write yes or no",
        f"{where}fixed number: '12' is not a phone number",
    ):
        assert part in said, said


def test_numbers_that_a_spreadsheet_spoilt_are_told_all_at_once(cli: Cli, sheet: Path) -> None:
    said = _errors(cli, sheet, "username;extension;fixed_number\n2103;2103;22334499,0\n2104;2104;4,52233E+09\n")
    assert said.count("garbled by a spreadsheet") == 2


def test_the_export_of_another_system_needs_no_work(cli: Cli, sheet: Path) -> None:
    sheet.write_text(
        "extension,password,effective_caller_id_name,outbound_caller_id_number,call_group,user_record,enabled\n"
        "2107,Secret-word-1,Carl Dahl,+4570101997,sales,all,true\n"
        "2108,Secret-word-2,Ole Old,,sales,,false\n"
        "1001,Secret-word-3,Anna Holm,,sales,,true\n"
    )
    shown = cli.ok("import", "users", sheet, *C, "--dry-run")
    for part in (
        "reads as an export of FusionPBX",
        "column effective_caller_id_name: name",
        "column call_group: left out",
        "user 2107 (Carl Dahl) is new: extension: - -> 2107, name: - -> Carl Dahl, record: - -> yes",
        "2 users: 1 added, 1 changed; 1 left out, who are not enabled",
    ):
        assert part in shown, shown
    assert "Secret-word" not in shown
    cli.ok("import", "users", sheet, *C)
    carl = cli.json("user", "show", *C, "2107")
    assert (carl["username"], carl["extension"], carl["record"]) == ("2107", "2107", True)
    assert cli.run("user", "show", *C, "2108").exit_code == 2


def test_words_of_other_languages_are_understood_and_a_column_can_be_corrected(cli: Cli, sheet: Path) -> None:
    sheet.write_bytes(
        "Brugernavn;Lokalnr.;Navn;Afdeling;Optag;Rolle;E-mail;Mobil;Rettigheder;Titel;Kontor\r\n"
        "2106;2106;Bodil Årø;SALES;ja;Superbruger;bodil@acme.example;20 10 19 97, +45 20 10 19 98;Medlytning;Chef;"
        "70101998\r\n".encode("cp1252")
    )
    refused = cli.run("import", "users", sheet, *C)
    assert "'Titel' is not known, say what it holds, or leave it out: --map 'Titel'=" in refused.stderr
    maps = ("--map", "Titel=", "--map", "Kontor=fixed_number")
    cli.ok("import", "users", sheet, *C, *maps)
    bodil = cli.json("user", "show", *C, "2106")
    expected = {
        "name": "Bodil Årø",
        "department": "Sales",
        "record": True,
        "role": "superuser",
        "fixed_number": "+4570101998",
        "mobile_numbers": ["+4520101997", "+4520101998"],
        "rights": ["listen-in"],
    }
    assert {name: bodil[name] for name in expected} == expected


def test_a_correction_does_not_make_another_file_readable_for_somebody_else(cli: Cli, sheet: Path) -> None:
    sheet.write_text("-----BEGIN PRIVATE KEY-----\nMIIsecret\n")
    cli.ok("user", "set", *C, "1002", "--admin", "company-admin", "--yes")
    chief = ("--as", f"1002@{ACME}")
    for corrections in ((), ("--map", "-----BEGIN PRIVATE KEY-----=username")):
        refused = cli.run(*chief, "import", "users", sheet, *C, *corrections)
        assert refused.exit_code == 2
        assert "MIIsecret" not in refused.output + refused.stderr
