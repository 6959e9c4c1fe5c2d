"""Tables written as TOML."""

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fsplug.cli.kernel.toml_text import toml

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200)
@given(table=st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_written_reads_as_the_same_and_nothing_in_it_acts_on_a_terminal(table: dict[str, Any]) -> None:
    text = toml(table)
    assert tomllib.loads(text) == table
    assert text.replace("\n", "").isprintable()


def test_a_table_s_own_values_stand_before_its_tables() -> None:
    table = {
        "inner": [{"name": "a", "deeper": [{"x": 1}]}, {"name": 'b "\\\u202e'}],
        "name": "é\t",
        "list": ["a", 1, True],
        "leads": {"group": "2001", "a b": []},
        "none": [],
        "nothing": {},
    }
    assert toml(table) == (
        'name = "é\\t"\n'
        'list = ["a", 1, true]\n'
        'leads = { group = "2001", "a b" = [] }\n'
        "none = []\n"
        "nothing = {}\n"
        "\n"
        "[[inner]]\n"
        'name = "a"\n'
        "\n"
        "[[inner.deeper]]\n"
        "x = 1\n"
        "\n"
        "[[inner]]\n"
        'name = "b \\"\\\\\\u202e"\n'
    )
