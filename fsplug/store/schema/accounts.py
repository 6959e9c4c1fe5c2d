"""Console accounts, their sessions, and what signing in needs."""

from peewee import CompositeKey

from fsplug.store.schema.base import Table, index, real, reference, text, truth, unique, whole
from fsplug.store.schema.companies import Companies


class ConsoleAccounts(Table):
    """Somebody's account in the console."""

    company = reference(Companies)
    username = text()
    address = text()
    made_at = real()
    password_hash = text(null=True)
    password_at = real(null=True)
    language = text(null=True)
    speed = real(null=True)

    class Meta:
        table_name = "console_account"
        primary_key = CompositeKey("company", "username")


unique(ConsoleAccounts, "console_account_address", "company address")


class Authenticators(Table):
    """The sealed secret of somebody's one-time codes; until it is `confirmed` by a code, none is asked for."""

    company = reference(Companies)
    username = text()
    secret = text()
    confirmed = truth(default="FALSE")

    class Meta:
        table_name = "authenticator"
        primary_key = CompositeKey("company", "username")


class UsedCodes(Table):
    """The step of a one-time code that somebody signed in with: its code is not accepted again."""

    company = reference(Companies)
    username = text()
    step = whole()

    class Meta:
        table_name = "used_code"
        primary_key = CompositeKey("company", "username", "step")


class Passkeys(Table):
    """A passkey that somebody registered. `credential` is its id and `public_key` its data (WebAuthn), in base64url."""

    id = text(key=True)
    credential = text()
    company = reference(Companies)
    username = text()
    name = text()
    public_key = text()
    sign_count = whole()
    made_at = real()
    used_at = real(null=True)

    class Meta:
        table_name = "passkey"


unique(Passkeys, "", "credential")
index(Passkeys, "passkey_of", "company username made_at")


class ConsoleSessions(Table):
    """A browser that is or was signed in."""

    id = text(key=True)
    token_hash = text()
    company = reference(Companies)
    username = text()
    made_at = real()
    seen_at = real()
    address = text()
    agent = text()
    ended_at = real(null=True)
    ended_by = text(null=True)
    step_up_hash = text(null=True)
    stepped_up_at = real(null=True)

    class Meta:
        table_name = "console_session"


unique(ConsoleSessions, "", "token_hash")
index(ConsoleSessions, "console_session_of", "company username made_at")


class KnownBrowsers(Table):
    """A browser that signed in once: guesses made elsewhere don't lock it out."""

    token_hash = text(key=True)
    company = reference(Companies)
    username = text()
    made_at = real()

    class Meta:
        table_name = "known_browser"


index(KnownBrowsers, "known_browser_of", "company username")


class SavedFilters(Table):
    """The filters of a list that somebody keeps by a name, as the list's query string.

    `tenure` is the policy version that gave the person the username.
    """

    id = text(key=True)
    company = reference(Companies)
    username = text()
    tenure = whole()
    list = text()
    name = text()
    query = text()

    class Meta:
        table_name = "saved_filter"


index(SavedFilters, "saved_filter_of", "company username")


class Throttles(Table):
    """How often something failed under a key, and until when it is refused."""

    key = text(key=True)
    failures = whole()
    last_at = real()
    closed_until = real()

    class Meta:
        table_name = "throttle"


index(Throttles, "throttle_last_at", "last_at")


class OneTimeTokens(Table):
    """A token that is good once: of a link or a code. The table has its hash alone."""

    hash = text(key=True)
    company = reference(Companies)
    kind = text()
    subject = text()
    made_at = real()
    expires_at = real()
    used_at = real(null=True)

    class Meta:
        table_name = "one_time"


index(OneTimeTokens, "one_time_of", "company kind subject")
