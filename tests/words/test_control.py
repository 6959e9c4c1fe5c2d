"""What people read of the control gate's answers."""

import pytest

from fsplug.policy.recording.control import Reason
from fsplug.words.catalogue import LANGUAGES
from fsplug.words.control import why_not


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_text_of_its_own(language: str) -> None:
    texts = {why_not(reason, language) for reason in Reason}
    assert len(texts) == len(Reason)
    assert texts.isdisjoint(map(str, Reason))


def test_a_language_that_the_catalogue_lacks_is_answered_in_english() -> None:
    assert why_not(Reason.NOT_PAUSED, "de-DE") == "The recording is not paused."
