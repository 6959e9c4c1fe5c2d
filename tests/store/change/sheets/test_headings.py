"""The columns of a table as its headings read, in three languages and as two other systems export them."""

import pytest

from fsplug.errors import Invalid
from fsplug.store.change.sheets.headings import Columns, Field, System, corrected, guessed
from tests.tables import table

F = Field
# The headings, and the field of each; "-" is left out.
HEADINGS = {
    "Brugernavn;Lokalnr.;Navn;Afdeling;E-mail;Fastnummer;Mobil;Optag;Rolle;Licenser;Rettigheder": (
        "username extension name department email fixed_number mobile_numbers record role licences rights"
    ),
    "Användarnamn;Anknytning;Förnamn;Efternamn;Avdelning;E-post;Direktnummer;Mobilnummer;Spela in": (
        "username extension first_name last_name department email fixed_number mobile_numbers record"
    ),
    "User name;Ext.;Full Name;Dept;E-mail address;Direct line;Mobile phone": (
        "username extension name department email fixed_number mobile_numbers"
    ),
    "extension;password;accountcode;effective_caller_id_name;outbound_caller_id_number;directory_first_name;"
    "voicemail_password;voicemail_mail_to;user_context;call_group;user_record;enabled;description": (
        "extension - - name fixed_number - - email - - record enabled -"
    ),
    "First Name;Last Name;Email Address;Mobile Number;User Password;Organization;Extension Number;Caller ID;"
    "Registration Name;Registration Password": "first_name last_name email mobile_numbers - department extension - - -",
    "type;username;registerpassword;fullname;callerid;registername;email;mobile": (
        "- extension - name - - email mobile_numbers"
    ),
    # The likelier one holds the field.
    "username;telefon;fixed_number;mail": "username - fixed_number email",
}


def _guessed(said: str) -> Columns:
    return guessed(said.split(";"))


def test_a_heading_names_its_field() -> None:
    with table() as rows:
        for said, fields in HEADINGS.items():
            with rows.row(said):
                assert [field or "-" for field in _guessed(said).fields] == fields.split()


def test_the_export_of_another_system_is_known_by_its_headings() -> None:
    found = [_guessed(said).system for said in HEADINGS]
    assert found == [None, None, None, System.FUSIONPBX, System.YEASTAR, System.YEASTAR, None]


def test_a_correction_takes_the_field_from_the_column_that_was_guessed() -> None:
    found = corrected(_guessed("username;telefon;fixed_number;titel"), {"Telefon": "fixed_number", "titel": ""})
    assert found.fields == (F.USERNAME, F.FIXED_NUMBER, None, None)
    assert found.left_out() == ["fixed_number", "titel"]


@pytest.mark.parametrize(("given", "code"), [({"x": "name"}, "unknown-heading"), ({"username": "x"}, "unknown-field")])
def test_a_correction_of_what_is_not_there_is_refused(given: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        corrected(_guessed("username;name"), given)
    assert refused.value.code == code


def test_without_a_column_that_names_the_user_nothing_can_be_imported() -> None:
    troubles = {said: [one.code for one in _guessed(said).troubles()] for said in ("name", "username;username", "ext")}
    assert troubles == {"name": ["column-missing"], "username;username": ["column-twice"], "ext": []}
