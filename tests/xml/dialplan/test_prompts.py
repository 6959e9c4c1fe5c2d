"""Which file a caller hears."""

import wave
from pathlib import Path

import pytest

from fsplug.errors import Invalid
from fsplug.words.catalogue import own
from fsplug.xml.dialplan.prompts import Prompt, find, question, spoken
from fsplug.xml.ways import OWN_PROMPTS, Ways

ACME = "acme.example"
SAID = sorted(name.removeprefix("prompt-") for name in own() if name.startswith("prompt-"))


@pytest.fixture
def ways(tmp_path: Path) -> Ways:
    """With a folder of prompts, empty yet."""
    return Ways(prompts=tmp_path)


def recorded(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF")
    return path


def test_the_company_s_own_goes_before_the_installation_s_and_that_before_ours(ways: Ways, tmp_path: Path) -> None:
    assert find(ways, ACME, "da", "consent.wav") == OWN_PROMPTS / "da" / "consent.wav"
    everybody = recorded(tmp_path / "da" / "consent.wav")
    assert find(ways, ACME, "da", "consent.wav") == everybody
    acme = recorded(tmp_path / ACME / "da" / "consent.wav")
    assert find(ways, ACME, "da", "consent.wav") == acme
    assert find(ways, "beta.example", "da", "consent.wav") == everybody


def test_a_regional_language_falls_back_to_its_own(ways: Ways) -> None:
    assert find(ways, ACME, "en-GB", "consent.wav") == OWN_PROMPTS / "en" / "consent.wav"


def test_a_language_without_prompts_hears_english(ways: Ways) -> None:
    assert spoken(ways, ACME, ("de", "pl"), "consent.wav") == ("en", OWN_PROMPTS / "en" / "consent.wav")
    assert question(ways, ACME, ("de",), {}) == Prompt(("en",), (OWN_PROMPTS / "en" / "consent.wav",))


def test_a_question_of_one_s_own_is_asked_in_its_languages_only(ways: Ways, tmp_path: Path) -> None:
    own = recorded(tmp_path / ACME / "sv" / "hej.wav")
    asked = question(ways, ACME, ("da", "sv"), {"sv": "hej.wav"})
    assert (asked.languages, asked.played) == (("sv",), str(own))


def test_a_folder_whose_name_the_switch_would_split_is_reported(tmp_path: Path) -> None:
    recorded(tmp_path / "my prompts" / "da" / "consent.wav")
    with pytest.raises(Invalid, match="my prompts"):
        find(Ways(prompts=tmp_path / "my prompts"), ACME, "da", "consent.wav")


@pytest.mark.parametrize("name", SAID)
@pytest.mark.parametrize("language", ["da", "sv", "en"])
def test_every_text_is_spoken_in_every_language_as_telephones_hear(name: str, language: str) -> None:
    with wave.open(str(OWN_PROMPTS / language / f"{name}.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert 1 < file.getnframes() / 8000 < 20


@pytest.mark.parametrize("language", ["da", "sv", "en"])
def test_there_is_no_prompt_without_its_text(language: str) -> None:
    assert sorted(path.stem for path in (OWN_PROMPTS / language).glob("*.wav")) == SAID
