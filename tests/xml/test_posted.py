"""The form that the switch makes of a question, whatever bytes it is made of."""

import pytest

from fsplug.xml.posted import PostedForm


def test_a_form_is_decoded() -> None:
    assert dict(PostedForm(b"a=1+2%2B3&b-c=%C3%A5&d&&e=f=g&h=")) == {"a": "1 2+3", "b-c": "\u00e5", "e": "f=g", "h": ""}


def test_a_field_s_name_is_no_other_s_end_nor_a_value_s() -> None:
    form = PostedForm(b"Hunt-Context=x&Context=y&a=user%3D1=user=2")
    assert form["Context"] == "y"
    assert "user" not in form and "ontext" not in form


def test_of_a_field_that_comes_twice_the_first_counts() -> None:
    assert PostedForm(b"section=directory&user=1001&user=1002&section=dialplan")["user"] == "1001"


@pytest.mark.parametrize(
    "body", [b"", b"&&&", b"=", b"%", b"%ff%00=%", b"\xff\xfe=1", b"a" * 60_000, b"a=%e2%80%a8", b"a=b&" * 100_000]
)
def test_any_bytes_make_a_form(body: bytes) -> None:
    form = PostedForm(body)
    assert all(isinstance(form.get(name, ""), str) for name in (*form, "user"))
