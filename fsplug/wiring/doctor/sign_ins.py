"""The check-up of phones' sign-ins: who is refused now, and passwords that are easily guessed."""

from collections.abc import Iterator

from fsplug.errors import FsplugError
from fsplug.store.config import devices
from fsplug.store.db.database import Store
from fsplug.wiring.channel.client import answer
from fsplug.wiring.channel.messages import AskRefused
from fsplug.wiring.doctor.findings import Finding, ok, warn
from fsplug.wiring.settings import Settings

SUBJECT = "sign-ins of phones"
_ANSWER_SECONDS = 3.0
_NAMED = 5


def refused(settings: Settings) -> Iterator[Finding]:
    """The sources of wrong passwords, and the accounts that many sources try; nothing if nobody can say."""
    try:
        facts = answer(settings.data, AskRefused(), _ANSWER_SECONDS)
    except FsplugError:
        return
    sources = list(dict.fromkeys(one["source"] for one in facts["refused"]))
    accounts = facts["tried"]
    if accounts:
        names = ", ".join(f"{one['account']} ({one['failures']} failures)" for one in accounts[:_NAMED])
        yield warn(SUBJECT, f"wrong passwords from many sources for {names}", "close port 5060 to the internet")
    if sources:
        names = ", ".join(sources[:_NAMED])
        more = f" and {len(sources) - _NAMED} more" if len(sources) > _NAMED else ""
        text = f"refused for a while after wrong passwords: {names}{more}"
        yield warn(SUBJECT, text, "fsplug switch refused; if it was a mistake: fsplug switch forgive SOURCE")
    elif not accounts:
        yield ok(SUBJECT, "nobody tries passwords")


def short_passwords(settings: Settings) -> Finding:
    """The phones whose passwords are shorter than a new one may be."""
    subject, store = "phones' passwords", Store(settings.store)
    try:
        found = [f"{name} of {domain}" for domain, name in devices.short(store, _NAMED + 1)]
    except FsplugError as error:
        return warn(subject, error.text, "fsplug store status")
    finally:
        store.close()
    if found:
        more = " and more" if len(found) > _NAMED else ""
        text = f"shorter than {devices.LEAST_CHARACTERS} characters: {', '.join(found[:_NAMED])}{more}"
        return warn(subject, text, "fsplug device set --company COMPANY --user USER DEVICE --new-password")
    return ok(subject, f"none has fewer than {devices.LEAST_CHARACTERS} characters")
