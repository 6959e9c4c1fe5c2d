"""The key that signs the audit trail: made once for each store, and the same on every machine that shares it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fsplug.cli.operate import settings_edit
from fsplug.errors import Invalid
from fsplug.words.english import so_many

if TYPE_CHECKING:
    from fsplug.store.db.database import Store
    from fsplug.wiring.settings import Settings


_LOST = (
    "the earlier audit key is gone: what it signed can't be checked until it is put back into audit_keys, after the "
    "new one; if it is lost, look through the trail, then: fsplug audit sign --again"
)


@dataclass(frozen=True, slots=True)
class Begun:
    """Whether a key was put into the settings, how many entries were signed, and the companies whose entries were not
    as they were written, each with what was found. Those entries and all after them are not signed. `lost`: there was
    a key before, which is no longer in the settings.
    """

    made: bool
    signed: int = 0
    altered: tuple[str, ...] = ()
    lost: bool = False

    @property
    def lines(self) -> list[str]:
        """For people."""
        if not self.made:
            return []
        entries = so_many(self.signed, "entry", "entries")
        signed = f"made: audit key, kept in the settings; it signed {entries} from before"
        return [signed, *(f"NOT SIGNED: {one}" for one in self.altered), *([_LOST] if self.lost else [])]


def begin(settings: "Settings", joined: Sequence[str] = ()) -> Begun:
    """Make the key unless there is one, or take those that another machine printed; one made here signs what is there.

    Invalid("join-needed") if the store's key was made elsewhere and was not given, Invalid("other-secrets") if another.
    """
    from fsplug.store.audit import signing
    from fsplug.store.db.database import Store
    from fsplug.store.nodes import secrets
    from fsplug.store.nodes.secrets import AUDIT_KEY

    here = settings.place
    keys = list(dict.fromkeys([*settings.trail_keys, *joined]))
    store = Store(settings.store)
    try:
        if not keys:
            found = secrets.mark(store, AUDIT_KEY)
            if found is not None and (found.host, found.data) != here:
                text = (
                    f"this store's audit key was made on {found.host} ({found.data}), and is not in the settings here"
                )
                remedy = "there: fsplug secret export > FILE; here: fsplug init --join FILE"
                raise Invalid("join-needed", f"{text}; {remedy}")
            keys = [signing.new_key()]
            settings_edit.put(settings.data, {"audit_keys": keys[0]})
            secrets.replace(store, keys[0], *here, name=AUDIT_KEY)
            store.audit_keys = keys
            return replace(_signed(store), lost=found is not None)
        if secrets.claim(store, keys, *here, name=AUDIT_KEY) is secrets.Agreement.DIFFERENT:
            raise secrets.different_audit_key()
        made = tuple(keys) != settings.trail_keys
        if made:
            settings_edit.put(settings.data, {"audit_keys": " ".join(keys)})
        # Only a key that is made here signs what is there: who can write the store can take the key's mark away, too.
        return Begun(made)
    finally:
        store.close()


def _signed(store: "Store") -> Begun:
    from fsplug.store.audit import signatures, verification
    from fsplug.store.config import companies

    count, altered = 0, []
    for domain in companies.domains(store):
        found = verification.verify(store, domain, signatures=False)
        if found.trouble is not None:
            altered.append(f"{domain}: entry {found.trouble.number} is {found.trouble.fault}; see: fsplug audit verify")
        count += signatures.sign(store, domain, signatures.unsigned(store, domain, found.checkpoint.number))
    return Begun(True, count, tuple(altered))
