"""Extensions that read as something else, country by country."""

import pytest

from fsplug.policy.extensions import ExtensionTrouble, extension_trouble

SERVICE, OUTSIDE = ExtensionTrouble.SERVICE, ExtensionTrouble.OUTSIDE


@pytest.mark.parametrize("country", ["DK", "SE", "NO", "DE", "GB", "US"])
@pytest.mark.parametrize("extension", ["112", "110", "114", "911", "999"])
@pytest.mark.parametrize("prefix", ["", "0", "9"])
def test_nobody_answers_for_the_police_in_any_country(prefix: str, extension: str, country: str) -> None:
    assert extension_trouble(prefix + extension, country) is SERVICE


@pytest.mark.parametrize("country", ["DK", "SE", "NO", "DE", "GB", "US"])
@pytest.mark.parametrize("extension", ["1", "7", "42", "201", "301", "1001", "2001", "4712", "9000", "20001"])
def test_a_short_extension_is_safe(extension: str, country: str) -> None:
    assert extension_trouble(extension, country) is None


@pytest.mark.parametrize(
    ("country", "extension", "trouble"),
    [
        ("DK", "22334499", OUTSIDE),
        ("DK", "022334499", OUTSIDE),
        ("DK", "922334499", OUTSIDE),
        ("DK", "4522334499", OUTSIDE),
        ("DK", "004522334499", OUTSIDE),
        ("DK", "0046701234567", OUTSIDE),
        # A Swedish mobile without its plus, as trunks write it.
        ("DK", "46701234567", OUTSIDE),
        ("SE", "0701234567", OUTSIDE),
        ("SE", "00701234567", OUTSIDE),
        ("SE", "1177", SERVICE),
        ("SE", "91177", SERVICE),
        ("US", "2125550123", OUTSIDE),
        ("US", "12125550123", OUTSIDE),
        ("US", "411", SERVICE),
        ("GB", "101", SERVICE),
        # 141 hides one's number.
        ("GB", "14102071234567", OUTSIDE),
        ("DK", "1234567", None),
    ],
)
def test_an_extension_reads_as_what_people_would_dial(
    country: str, extension: str, trouble: ExtensionTrouble | None
) -> None:
    assert extension_trouble(extension, country) is trouble
