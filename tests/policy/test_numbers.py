import pytest
from hypothesis import given, settings

from fsplug.errors import Invalid
from fsplug.policy.numbers import MAX_SPELLING, NumberTrouble, normalise, normalise_all, read, required
from tests.policy.spelled import numbers, spelled

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
    "sip:+4570101155:secret@acme.example",
    "sip:70101155;phone-context=+45@acme.example;user=phone",
    "tel:70101155;Phone-Context=+45;ext=5",
    "<+4570101155>",
    "\u202a+45 70 10 11 55\u202c",
    "\u2066+45\u2069 \u200e7010\u200f1155\ufeff",
    "70\u00ad10\u200b11\u206055",
    "7\ufe0f\u20e30\ufe0f\u20e3101155",
    "\u0667\u0660\u0661\u0660\u0661\u0661\u0665\u0665",
    "+45\u201170\u221210\u301c11\u3000\u3164\u28001155"[:-4] + "55",
    "*31#70101155",
    "#31#+4570101155",
    "*31*70101155#",
    "sip:*31%2370101155@acme.example",
    "70101155 ext. 5",
    "70101155 lok. 12",
    "+45 70 10 11 55, ext 12",
    "70101155;ext=5",
    "70101155x5",
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


@pytest.mark.parametrize(
    ("spelling", "country", "number"),
    [
        ("*67 (202) 456-1111", "US", "+12024561111"),
        ("*82 1 202 456 1111 ext. 9", "CA", "+12024561111"),
        ("1167 202 456 1111", "US", "+12024561111"),
        ("141 020 7946 0018", "GB", "+442079460018"),
        ("1470 00 45 70 10 11 55", "GB", "+4570101155"),
        ("1831 02 9374 4000", "AU", "+61293744000"),
        ("0196 09 123 4567", "NZ", "+6491234567"),
        ("*67#06 6982", "IT", "+39066982"),
        ("011 45 70101155", "US", "+4570101155"),
    ],
)
def test_a_service_prefix_is_known_by_its_country(spelling, country, number):
    assert normalise(spelling, country) == number


def test_a_prefix_of_another_country_is_a_part_of_the_number():
    assert normalise("*67 70101155", "DK") is None
    assert normalise("*43 70101155", "DK") is None


@pytest.mark.parametrize(
    ("spoilt", "trouble"),
    [
        ("2,2334E+07", NumberTrouble.SPOILT),
        ("4,522E+09", NumberTrouble.SPOILT),
        ("4.52233E+09", NumberTrouble.SPOILT),
        ("4,52233E9", NumberTrouble.SPOILT),
        ("22334499.0", NumberTrouble.SPOILT),
        ("+4522334499,00", NumberTrouble.SPOILT),
        ("\u202a22334499.0\u202c", NumberTrouble.SPOILT),
        ("'22334499", NumberTrouble.SPOILT),
        ("\u2019+4522334499", NumberTrouble.SPOILT),
        ('="22334499"', NumberTrouble.SPOILT),
        ("=+4522334499", NumberTrouble.SPOILT),
        ("22,334,499", NumberTrouble.SPOILT),
        ("########", NumberTrouble.SPOILT),
        ("#N/A", NumberTrouble.SPOILT),
        ("00000000", NumberTrouble.IMPOSSIBLE),
        ("00000001", NumberTrouble.IMPOSSIBLE),
        ("+45 01 23 45 67", NumberTrouble.IMPOSSIBLE),
        ("112", NumberTrouble.NOT_A_NUMBER),
        ("*31#112", NumberTrouble.NOT_A_NUMBER),
        ("anonymous", NumberTrouble.NOT_A_NUMBER),
        ("sip:70.10.11.55", NumberTrouble.NOT_A_NUMBER),
        ("sip:70.10.11.55:5060;lr", NumberTrouble.NOT_A_NUMBER),
    ],
)
def test_what_can_not_be_read_is_refused_with_the_reason(spoilt, trouble):
    assert read(spoilt, "DK").trouble is trouble
    with pytest.raises(Invalid) as refused:
        required(spoilt, "DK")
    assert refused.value.code == trouble


@settings(max_examples=300)
@given(numbers().flatmap(lambda one: spelled(*one)))
def test_every_spelling_is_read_alike(one):
    text, e164, country = one
    assert normalise(text, country) == e164
    assert normalise_all((text,), country) == (e164,)
