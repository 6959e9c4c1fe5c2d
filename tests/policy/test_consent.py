"""What the dialplan notes on a leg of consents, read: who was asked what, and what it is worth."""

import pytest

from fsplug.policy.consent import Consent, Form, Result, consent, of_all, played, withdrawn_also

ACME, BETA = "acme.example", "beta.example"
ASKED = f"/1000:{ACME}:ivr.3001:da+en:ab+cd:1"


@pytest.mark.parametrize(
    ("noted", "result", "said"),
    [
        (f"{ASKED}:1:1004", Result.YES, Consent.YES),
        (f"{ASKED}:2:1004", Result.NO, Consent.NO),
        (f"{ASKED}::1010", Result.SILENCE, Consent.NO),
        (ASKED, Result.BROKEN_OFF, Consent.NO),
        (f"/1000:{ACME}:question:da:ab:1:1:1004", Result.YES, Consent.YES),
        (f"/1000:{ACME}:announcement:da:ab:::1004", Result.ANNOUNCED, Consent.NOT_ASKED),
        (f"/1000:{ACME}:announcement:da:ab:", Result.BROKEN_OFF, Consent.NOT_ASKED),
        (f"{ASKED}:2:1004{ASKED}:1:1009", Result.YES, Consent.YES),
        (f"{ASKED}:1:1004{ASKED}", Result.BROKEN_OFF, Consent.NO),
    ],
)
def test_only_the_key_for_yes_is_a_yes_and_the_last_answer_counts(noted: str, result: Result, said: Consent) -> None:
    assert played(noted)[-1].result is result
    assert consent(noted, "", ACME) is said


def test_a_prompt_is_read_with_all_that_is_noted_of_it() -> None:
    [one] = played(f"{ASKED}:1:1004")
    assert (one.at, one.company, one.form, one.ivr, one.until) == (1000.0, ACME, Form.IVR, "3001", 1004.0)
    assert (one.languages, one.hashes, one.key) == (("da", "en"), ("ab", "cd"), "1")


def test_what_is_said_to_one_company_counts_for_no_other() -> None:
    assert consent(f"{ASKED}:1:1004", "", "beta.example") is Consent.NOT_ASKED
    assert consent("", ACME, "beta.example") is Consent.NOT_ASKED


def test_a_withdrawal_stays_whatever_was_said() -> None:
    assert consent(f"{ASKED}:1:1004", ACME, ACME) is Consent.WITHDRAWN


def test_a_withdrawal_in_one_company_stays_when_another_company_s_follows() -> None:
    both = withdrawn_also(withdrawn_also("", ACME), BETA)
    assert [consent("", withdrawn_also(both, ACME), one) for one in (ACME, BETA)] == [Consent.WITHDRAWN] * 2
    assert [consent("", both, one) for one in ("acme", "", "gamma.example")] == [Consent.NOT_ASKED] * 3


@pytest.mark.parametrize(
    "noted", ["", "/", "/x", "1000", f"/1000:{ACME}:ivr:da:ab:1:11:1004", f"/1000:{ACME}:vote:da:ab:1"]
)
def test_what_can_t_be_read_is_no_consent(noted: str) -> None:
    assert played(noted) == ()
    assert consent(noted, "", ACME) is Consent.NOT_ASKED


def test_one_no_among_several_is_a_no() -> None:
    assert of_all([Consent.YES, Consent.NO]) is Consent.NO
    assert of_all([Consent.NO, Consent.WITHDRAWN]) is Consent.WITHDRAWN
    assert of_all([Consent.NOT_ASKED, Consent.YES]) is Consent.YES
    assert of_all([]) is Consent.NOT_ASKED
