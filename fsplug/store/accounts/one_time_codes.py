"""One-time codes that were used: each works once, whatever the clock says."""

from typing import Any

from fsplug.policy.access import totp
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.schema.accounts import UsedCodes

# How many of an account's used codes are kept: those of the latest steps.
_KEPT = 100
_THEIRS = (UsedCodes.company == given.company) & (UsedCodes.username == given.username)
_USED = Select(int, lambda: UsedCodes.select(UsedCodes.step).where(_THEIRS))
_USE = Write(lambda: insert(UsedCodes, "company username step", once_by="company username step"))
_FORGET_OLD = Write(lambda: UsedCodes.delete().where(_THEIRS & UsedCodes.step.not_in(_latest())))


def _latest() -> Any:
    codes = UsedCodes.alias()
    query = codes.select(codes.step).order_by(codes.step.desc()).limit(_KEPT)
    return query.where((codes.company == given.company) & (codes.username == given.username))


def use(store: Store, company: str, username: str, secret: str, typed: str) -> bool:
    """Whether this is a code of the user's secret now, which uses it up. `company` is an id.

    If two requests use one code at once, only one succeeds.
    """
    whose = {"company": company, "username": username}
    with store.atomic():
        step = totp.step_of(secret, typed, store.now(), _USED.rows(store, **whose))
        if step is None or _USE.run(store, step=step, **whose) != 1:
            return False
        _FORGET_OLD.run(store, **whose)
    return True
