import pytest

from fsplug.policy.numbers import MAX_SPELLING, normalise, normalise_all

SPELLINGS = [
    "+4570101155",
    "004570101155",
    "4570101155",
    "70101155",
    "70 10 11 55",
    "70-10-11-55",
    "7010.1155",
    "(+45) 70101155",
    "+45 (0) 70101155",
    " +45\u00a070\u00a010\u00a011\u00a055 ",
    "\uff0b\uff14\uff1570101155",
    "tel:+4570101155",
    "tel:+45-70-10-11-55",
    "tel:70101155;phone-context=+45",
    "sip:+4570101155@acme.example",
    "sip:70101155@192.0.2.7;user=phone",
    "SIPS:004570101155@acme.example",
    "sip:%2B4570101155@acme.example",
    "70101155@192.0.2.7",
    "70101155;user=phone",
    '"Bo <b> Hansen" <sip:70101155@acme.example;user=phone>;tag=77'.replace("<b> ", ""),
    "<tel:+4570101155>",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_number_is_the_same_number(spelling):
    assert normalise(spelling, "DK") == "+4570101155"


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        " ",
        "anonymous",
        "Restricted",
        "TDC Erhverv",
        "sip:anonymous@anonymous.invalid",
        "1001",
        "0",
        "+",
        "++4570101155",
        "70101155${system(id)}",
        "7010\x001155",
        "+45" + "7" * 40,
        "7" * (MAX_SPELLING + 1),
    ],
)
def test_what_is_no_number_is_none(spelling):
    assert normalise(spelling, "DK") is None


@pytest.mark.parametrize(("emergency", "country"), [("112", "DK"), ("112", "SE"), ("114", "DK"), ("999", "GB")])
def test_an_emergency_number_is_never_read_as_a_national_one(emergency, country):
    assert normalise(emergency, country) is None


def test_national_spellings_are_read_by_the_companys_country():
    assert normalise("070-123 45 67", "SE") == "+46701234567"
    assert normalise("+46 (0)70-123 45 67", "DK") == "+46701234567"
    assert normalise("46701234567", "DK") == "+46701234567"


def test_a_header_with_several_uris_gives_each_number_once_in_order():
    diversion = '<sip:+4570101155@a>;reason=busy, "X" <tel:70101156>, <sip:70101155@b>'
    assert normalise_all((diversion, "anonymous", "70101157"), "DK") == ("+4570101155", "+4570101156", "+4570101157")
