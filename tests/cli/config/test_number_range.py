"""`fsplug number range`: who gives numbers, what is said, and what a company may do with them."""

from tests.cli.conftest import ACME, BETA, Cli

C = ("--company", ACME)


def test_a_range_is_given_listed_and_taken_away(cli: Cli) -> None:
    assert cli.error("number", "add", *C, "33333333", "--to", "group:2001") == (2, "invalid-entry")
    said = cli.ok("number", "range", "add", *C, "33 33 33 00", "33 33 33 99")
    assert f"number range +4533333300 to +4533333399 added; {ACME} has policy version 2" in said
    cli.ok("number", "add", *C, "33333333", "--to", "group:2001")
    assert {"first": "+4533333300", "last": "+4533333399"} in cli.json("number", "range", "list", *C)
    assert cli.error("number", "range", "remove", *C, "33333300", "--yes") == (2, "invalid-entry")
    cli.ok("number", "remove", *C, "33333333", "--yes")
    cli.ok("number", "range", "remove", *C, "33333300", "--yes")
    assert [one["first"] for one in cli.json("number", "range", "list", *C)] == ["+4570101000"]


def test_what_cant_be_given_says_why(cli: Cli) -> None:
    assert cli.error("number", "range", "add", *C, "70101000") == (2, "range-exists")
    assert cli.error("number", "range", "add", *C, "33333300", "33333200") == (2, "invalid-entry")
    assert cli.error("number", "range", "add", *C, "12") == (2, "bad-number")
    assert cli.error("number", "range", "add", "--company", BETA, "+4570101001") == (2, "range-taken")
    assert cli.error("number", "range", "remove", *C, "33333300", "--yes") == (2, "unknown-range")
    assert cli.error("number", "range", "remove", *C, "70101000") == (2, "removal-not-confirmed")


def test_a_dry_run_gives_nothing(cli: Cli) -> None:
    assert cli.json("number", "range", "add", *C, "33333300", "--dry-run")["dry_run"] is True
    assert cli.error("number", "range", "add", *C, "+4681001001", "--dry-run") == (2, "range-taken")
    assert len(cli.json("number", "range", "list", *C)) == 1


def test_an_admin_of_the_company_lists_its_numbers_and_changes_none(cli: Cli) -> None:
    cli.ok("user", "set", *C, "1003", "--admin", "company-admin", "--yes")
    chief = ("--as", f"1003@{ACME}")
    assert len(cli.json("number", "range", "list", *C, *chief)) == 1
    for act in (("add", *C, "33333300"), ("remove", *C, "70101000", "--yes")):
        assert cli.error("number", "range", *act, *chief) == (3, "not-allowed")
    result = cli.run("number", "range", "list", "--company", BETA, *chief)
    assert (result.exit_code, "+46" in result.output) == (3, False)


def test_the_operator_vouches_for_a_mobile_and_nobody_else_does(cli: Cli) -> None:
    mobile = "+4522334455"
    cli.ok("user", "set", *C, "1003", "--admin", "company-admin", "--yes")
    chief = ("--as", f"1003@{ACME}")
    assert cli.error("number", "verify", *C, mobile) == (2, "unknown-number")
    cli.ok("user", "set", *C, "1004", "--mobile-number", mobile, *chief)
    assert cli.error("number", "verify", *C, mobile, *chief) == (3, "not-allowed")
    assert "verified_numbers" not in cli.json("user", "show", *C, "1004")
    assert cli.json("number", "verify", *C, mobile, "--dry-run")["dry_run"] is True
    assert "known to be the user's" in cli.ok("number", "verify", *C, "22334455")
    assert cli.json("user", "show", *C, "1004")["verified_numbers"] == [mobile]
    cli.ok("number", "verify", *C, mobile, "--withdraw")
    assert "verified_numbers" not in cli.json("user", "show", *C, "1004")


def test_a_mobile_that_is_another_companys_number_is_nobodys_and_the_other_way_round(cli: Cli) -> None:
    theirs, outside = "+4681002001", "+4522334455"
    cli.ok("user", "set", *C, "1002", "--mobile-number", theirs, "--mobile-number", outside)
    assert cli.error("number", "verify", *C, theirs) == (2, "number-taken")
    cli.ok("number", "verify", *C, outside)
    assert cli.error("number", "range", "add", "--company", BETA, outside) == (2, "range-taken")
    cli.ok("number", "range", "add", *C, outside)
