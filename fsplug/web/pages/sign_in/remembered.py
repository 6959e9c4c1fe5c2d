"""What a browser remembers of its user for the sign-in: the customer ref, and for a moment the e-mail address."""

from typing import Any

from fsplug.web.kernel import guard

_REF, _EMAIL = "customer-ref", "email"
_REF_SECONDS, _EMAIL_SECONDS = 183 * 86_400.0, 600.0


def fields() -> dict[str, str]:
    """The fields of the sign-in that are filled in already."""
    return {"customer_ref": guard.cookie(_REF), "email": guard.cookie(_EMAIL)}


def keep(response: Any, company: str, email: str = "") -> None:
    """Remember the company; the address only for somebody who is about to sign in, since others may use the browser."""
    guard.set_cookie(response, _REF, company, _REF_SECONDS)
    if email:
        guard.set_cookie(response, _EMAIL, email, _EMAIL_SECONDS)
    else:
        guard.forget_cookie(response, _EMAIL)
