"""What people read and hear about listening in."""

from fsplug.policy.listening.gate import Reason
from fsplug.words.listening import shown, why_not
from tests.tables import table


def test_every_refusal_of_the_gate_has_its_words() -> None:
    with table() as rows:
        for reason in Reason:
            with rows.row(reason):
                assert len({why_not(reason, language) for language in ("da", "sv", "en")}) == 3


def test_a_call_on_another_node_is_named_with_the_listener_s_own() -> None:
    with table() as rows:
        for language, both, call_only in (
            ("da", "Samtalen er på A, og din telefon er på B.", "Samtalen er på A, som denne side"),
            ("sv", "Samtalet är på A, och din telefon är på B.", "Samtalet är på A, som den här sidan"),
            ("en", "The call is on A, and your phone is on B.", "The call is on A, which this page"),
        ):
            with rows.row(language):
                assert why_not(Reason.OTHER_NODE, language, "A", "B") == both
                assert why_not(Reason.OTHER_NODE, language, "A").startswith(call_only)
                assert why_not(Reason.NOT_IN_CALL, language, "A", "B") == why_not(Reason.NOT_IN_CALL, language)


def test_a_reason_in_an_unknown_language_is_shown_in_english() -> None:
    assert why_not(Reason.LINE_BUSY, "fi") == "End your own call first."
    assert why_not(Reason.LINE_BUSY, "da-DK") == "Afslut først din egen samtale."


def test_the_display_names_everybody_who_listens() -> None:
    assert shown(["Anna Holm"], "da") == "Anna Holm lytter med"
    assert shown(["Anna Holm", "Bo {Lund}"], "sv") == "Anna Holm, Bo {Lund} medlyssnar"
