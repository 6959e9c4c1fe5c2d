"""Digits that name a number under the prefixes that systems put before it."""

import pytest

from fsplug.policy.digit_runs import named_in, numbers_written

ANNA, STOCKHOLM, LONDON, NUUK = "+4522334499", "+4684110123", "+442079460018", "+299321000"


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        # As dialled from behind a line outside.
        ("022334499", "DK", ANNA),
        ("922334499", "DK", ANNA),
        ("00022334499", "DK", ANNA),
        ("9004522334499", "DK", ANNA),
        ("00045 22334499", "DK", ANNA),
        ("0004522334499", "DK", ANNA),
        # With codes of services behind and before it.
        ("+4522334499*1", "DK", ANNA),
        ("22334499#21#", "DK", ANNA),
        ("*31#022334499", "DK", ANNA),
        ("+4522334499,,123", "DK", ANNA),
        ("+4522334499p12", "DK", ANNA),
        ("x22334499", "DK", ANNA),
        # A code put before a number that has one, a plus before what is no international number.
        ("+454522334499", "DK", ANNA),
        ("+45004522334499", "DK", ANNA),
        ("+004522334499", "DK", ANNA),
        ("+22334499", "DK", ANNA),
        ("+45 0 22 33 44 99", "DK", ANNA),
        ("22 33 44 99 12", "DK", ANNA),
        # In other countries, at home and abroad.
        ("9084110123", "SE", STOCKHOLM),
        ("084110123", "SE", STOCKHOLM),
        ("900468411 01 23", "SE", STOCKHOLM),
        ("0004684110123", "DK", STOCKHOLM),
        ("9+46(0)8-411 01 23", "DK", STOCKHOLM),
        ("91412079460018", "GB", LONDON),
        ("9011442079460018", "US", LONDON),
        ("90299321000", "DK", NUUK),
        ("9321000", "GL", NUUK),
    ],
)
def test_a_number_is_named_under_its_prefixes(text, country, number):
    assert named_in((text,), frozenset({ANNA, STOCKHOLM, LONDON, NUUK}), country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        # Other digits before it or after it.
        ("122334499", "DK"),
        ("3322334499", "DK"),
        ("223344991", "DK"),
        ("+45223344991", "DK"),
        ("0922334499", "DK"),
        # Somebody else's number: Sri Lanka's, written as it must be.
        ("+94522334499", "DK"),
        ("0094522334499", "DK"),
        # Another country's, without its code.
        ("22334499", "SE"),
        ("022334499", "SE"),
        ("084110123", "DK"),
        # Too long, too short, and nothing at all.
        ("0" * 30 + "22334499", "DK"),
        ("334499", "DK"),
        ("1001", "DK"),
        ("anonymous", "DK"),
        ("", "DK"),
    ],
)
def test_other_digits_name_somebody_else_or_nobody(text, country):
    assert named_in((text,), frozenset({ANNA, STOCKHOLM, LONDON, NUUK}), country) is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("<sip:b@c;cause=302;target=%2B4522334499>;index=1.1", ("+4522334499",)),
        ("<sip:b@c?History-Info=%253Csip%253A%252B4522334499%2540c%253E>", ("+4522334499",)),
        ("<sip:anna@10.0.0.12:5060>;tag=12345678", ()),
        ("SIP/2.0 22.33.44.99", ()),
        ("22\u201133\u00a044\uff0e99", ("22 33 44 99",)),
        ("\u0662\u0662\u0663\u0663\u0664\u0664\u0669\u0669", ("22334499",)),
        ("4522334499 and 31112233", ("4522334499", "31112233")),
        ("<tel:22-33-44-99;phone-context=+46>", ("+46 22 33 44 99",)),
        ("12-34 5", ()),
    ],
)
def test_what_stands_in_a_value_as_digits(value, written):
    assert numbers_written(value) == written


@pytest.mark.parametrize(
    "part",
    [
        "1 ",
        "12345678 ",
        "1234567890123456789012345 ",
        "1-+",
        "%31",
        "٢ ",
        "1.2.3.4",
        "tag=;",
        "1 1;phone-context=+",
        "1" * 99 + ";",
    ],
)
def test_a_value_of_any_length_is_looked_through_in_time(part):
    text = part * 50_000
    assert isinstance(numbers_written(text), tuple)
    assert named_in((text, *numbers_written(text)), frozenset({ANNA}), "DK") is None
