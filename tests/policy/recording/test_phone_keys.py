"""What the keys of a phone may be set to."""

import pytest

from fsplug.errors import Invalid
from fsplug.policy.recording.phone_keys import DEFAULT, Key, set_keys


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (DEFAULT, {Key.START: "*1", Key.PAUSE: "*2", Key.STOP: "*3"}),
        ("pause=#22", {Key.PAUSE: "#22"}),
        ("stop=*9  start=**1", {Key.STOP: "*9", Key.START: "**1"}),
        ("none", {}),
    ],
)
def test_each_key_may_be_another_or_there_is_none(text: str, found: dict[Key, str]) -> None:
    assert set_keys(text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keep=*1", "'keep=\\*1' names none of start, pause, stop"),
        ("none pause=*2", "'none' names none"),
        ("pause=*2 pause=*4", "pause is there twice"),
        ("pause", "'pause' does not have"),
        ("pause=2", "'pause=2' does not have"),
        ("pause=*", "does not have"),
        ("pause=*2,stop=*3", "does not have"),
        ("pause=*12345", "does not have"),
        ("pause=*\u0663", "does not have"),
        ("pause=*2 stop=*2", "pause=\\*2 is also how stop=\\*2 begins"),
        ("pause=*22 stop=*2", "stop=\\*2 is also how pause=\\*22 begins"),
    ],
)
def test_what_can_be_no_key_is_refused_with_what_to_give_instead(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        set_keys(text)
    assert "such as start=*1 pause=*2 stop=*3" in refused.value.text
