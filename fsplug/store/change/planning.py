"""From a document to the store and back: plan what would change, apply the plan, export what is there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid, Refused
from fsplug.policy.access import scopes
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import PolicySnapshot
from fsplug.store.accounts import following
from fsplug.store.audit import wording
from fsplug.store.change import (
    aftermath,
    checks,
    claims,
    credentials,
    entry_rows,
    exclusive,
    permission,
    present,
    reached,
    revisions,
    split,
    successors,
    waiting,
)
from fsplug.store.change.document import write
from fsplug.store.change.document.reader import invalid
from fsplug.store.change.document.write import Secrets
from fsplug.store.change.entry_rows import NOUNS, OWNED, Rows
from fsplug.store.change.plans import CompanyPlan, Plan
from fsplug.store.change.present import Present
from fsplug.store.change.reached import Grantee
from fsplug.store.change.revisions import Revision
from fsplug.store.change.view import Changed, WholeCompany
from fsplug.store.change.waiting_items import Held
from fsplug.store.change.waiting_rows import WaitingChange
from fsplug.store.config import companies, policies, ranges
from fsplug.store.config.nouns import Change, Noun
from fsplug.store.config.ranges import RANGE
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.companies import Companies

_OPERATOR = scopes.operator("operator")
_HELD = Select(int, lambda: Companies.select(Companies.version).where(Companies.id == given.company).for_update())


def plan(store: Store, document: Mapping[str, Any], folder: Path = Path(), by: Actor = _OPERATOR) -> Plan:
    """The plan that makes the companies in `document` (parsed TOML) as it says; other companies don't change.

    Passwords that an operator's document keeps in files are read from `folder`; nobody else's document names files.
    Tables that `by` must not read, and that the document does not have, stay as they are. Refused if `by` is not
    allowed to make the changes, who would else read in the errors what is there. Invalid("invalid-document") lists
    everything that is wrong with the document.
    """
    wanted = _read(document, folder, by)
    unnamed = {domain: _unnamed(document, domain, by) for domain in wanted}
    planned = Plan(tuple(_company_plan(store, domain, rows, unnamed[domain]) for domain, rows in wanted.items()))
    for company in planned.companies:
        permission.check(store, company.domain, company.changes, by)
        credentials.check(company.changes)
    errors = [error for company in planned.companies for error in _claimed(store, company, wanted[company.domain])]
    for domain in (one for one in wanted if unnamed[one]):
        errors += [f"company {domain}, {entry}: {text}" for entry, text in checks.troubles(wanted[domain])]
    if errors:
        raise invalid(errors)
    return planned


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan: the companies' versions by domain, and what waits of it (`fsplug.store.change.split`)."""

    versions: dict[str, int]
    held: tuple[Held, ...] = ()
    waiting: tuple[WaitingChange, ...] = ()


def apply_plan(store: Store, plan: Plan, by: str | Actor) -> dict[str, int]:
    """As `make`; the versions by domain."""
    return make(store, plan, by).versions


def make(store: Store, plan: Plan, by: str | Actor, notifies: bool = True) -> Applied:
    """Make the changes, all or none, each company one version further; what of them must wait is kept instead.

    `by` makes the changes, as an operator if only a name is given. Refused("plan-outdated") if the store has changed
    since the plan was made; Refused also as `check` says, and Refused("waits-for-another") if the rest of the plan
    can't be without what waits. A user who is given a console role gets an account, and mail about it; the account ends
    with the role. With `notifies`, people are notified of changes of their role, address and admin scope.
    """
    actor = _actor(by)
    by_name = actor.logged_name
    check(store, plan, actor)
    with store.atomic():
        if gives_numbers := exclusive.concerns(plan.changes):
            ranges.hold_all(store)
        parts = [_parted(store, company, actor) for company in plan.companies if company.changes]
        changing = [company for company, _ in parts if company.changes]
        opened = [(company, _begun(store, company)) for company in changing]
        kept = [one for company, its in parts for one in waiting.keep(store, company.domain, its, actor.logged_name)]
        notes = [
            note for company in changing for note in aftermath.notes(store, company.domain, company.changes, by_name)
        ]
        # First end all rows, then begin all rows: a number may move from one company or user to another.
        for company, revision in opened:
            revision.close(company.changes)
        for company, revision in opened:
            revision.open(company.changes)
        if gives_numbers:
            _check_exclusive(store, plan)
        for company, revision in opened:
            following.follow(store, company.domain, company.changes, actor.logged_name)
            aftermath.follow(store, company.domain, company.changes, actor.logged_name)
            revision.finish(company.changes, actor.logged_name)
        for note in notes if notifies else ():
            waiting.note(store, note.domain, note.username, note.items, actor.logged_name, note.receivers)
    versions = {company.domain: company.version for company, _ in parts}
    versions |= {company.domain: revision.version for company, revision in opened}
    return Applied(versions, tuple(one for _, its in parts for one in its), tuple(kept))


def held(store: Store, plan: Plan, by: str | Actor) -> tuple[Held, ...]:
    """What of the plan would wait."""
    return tuple(one for company in plan.companies for one in _parted(store, company, _actor(by))[1])


def check(store: Store, plan: Plan, by: str | Actor) -> None:
    """Refused if the actor is not allowed to make some change in the plan; Invalid as `exclusive.check`.

    So nobody is offered a plan they can't apply.
    """
    for company in plan.companies:
        permission.check(store, company.domain, company.changes, _actor(by))
    _check_exclusive(store, plan)


def grants(plan: Plan) -> bool:
    """Whether the plan gives or takes anything that only some people may grant."""
    return any(True for change in plan.changes for _ in wording.grants(change))


def grantees(store: Store, plan: Plan) -> list[Grantee]:
    """The users to whom the plan grants something, and what that reaches. Ask `check` first: not everybody may know."""
    known = (company for company in plan.companies if company.version)
    return [one for company in known for one in reached.grantees(store, company.domain, company.changes)]


def export(store: Store, domain: str, show_secrets: bool = False, by: Actor = _OPERATOR) -> dict[str, Any]:
    """The company as a document with which `plan` has nothing to change; Invalid("unknown-company") if there is no
    company.

    An operator's holds the devices' hashes, and with `show_secrets` the passwords of devices and trunks. Nobody else's
    holds a secret, or a table that they must not read; they are Refused with `show_secrets`.
    """
    if show_secrets:
        permission.check_reads_secrets(by, domain)
    unshown = Secrets.HASHED if by.is_operator else Secrets.LEFT_OUT
    secrets = Secrets.SHOWN if show_secrets else unshown
    return {"company": [write.company(domain, present.rows(store, domain), secrets, permission.unreadable(by))]}


def drafted_policy(
    store: Store, document: Mapping[str, Any], domain: str, folder: Path = Path(), by: Actor = _OPERATOR
) -> PolicySnapshot:
    """The recording policy that the document of `by` gives the company; Invalid("invalid-document") as `plan`.

    Invalid("company-not-there") if the company is not in the document.
    """
    wanted = _read(document, folder, by)
    if domain not in wanted:
        named = ", ".join(wanted) or "none"
        raise Invalid("company-not-there", f"the document has no company {domain}; it has: {named}", company=domain)
    return policies.drafted(domain, companies.get(store, domain).version + 1, wanted[domain])


def removal(store: Store, domain: str) -> Plan:
    """The plan that removes a company: its people and settings end, its calls and recordings stay."""
    version = companies.get(store, domain).version
    differences = _differences(present.rows(store, domain), entry_rows.empty())
    return Plan((CompanyPlan(domain, version, tuple(differences)),))


def _read(document: Mapping[str, Any], folder: Path, by: Actor) -> dict[str, Rows]:
    # pydantic takes 70 ms and 7 MB to import: only reading a document pays for it.
    from fsplug.store.change.document.read import read

    return read(document, folder if by.is_operator else None)


def _unnamed(document: Mapping[str, Any], domain: str, by: Actor) -> tuple[Noun, ...]:
    """The rows of a company about which this document says nothing, as its author must not read them."""
    [company] = (one for one in document["company"] if one["domain"] == domain)
    return tuple(noun for kind in permission.unreadable(by) if kind not in company for noun in OWNED[kind])


def _company_plan(store: Store, domain: str, wanted: Rows, unnamed: Iterable[Noun]) -> CompanyPlan:
    is_new = not companies.exists(store, domain)
    version = 0 if is_new else companies.get(store, domain).version
    before = entry_rows.empty() if is_new else present.rows(store, domain)
    for noun in unnamed:
        wanted[noun] = dict(before[noun])
    wanted.setdefault(RANGE, before[RANGE])
    made = credentials.settle(domain, wanted, before)
    changes = claims.settled(_differences(before, wanted), lambda: claims.of_rows(wanted[RANGE].values()))
    changed = tuple(one for one in changes if one.before != one.after)
    return CompanyPlan(domain, version, changed, tuple(made))


def _differences(there: Rows, wanted: Rows) -> Iterator[Change]:
    for noun in NOUNS:
        before, after = there[noun], wanted[noun]
        if before == after:
            continue
        for key in (*after, *(key for key in before if key not in after)):
            if before.get(key) != after.get(key):
                yield Change(noun, key, before.get(key), after.get(key))


def _claimed(store: Store, company: CompanyPlan, wanted: Rows) -> Iterator[str]:
    """An error for each entry of a document that claims what is not the company's, or another person's past."""
    for entry, text in claims.troubles_of(company.domain, WholeCompany(wanted), company.changes):
        yield f"company {company.domain}, {entry}: {text}"
    for entry, text in successors.troubles(store, company.domain, company.changes) if company.version else ():
        yield f"company {company.domain}, {entry}: {text}"


def _check_exclusive(store: Store, plan: Plan) -> None:
    exclusive.check(store, {company.domain: company.changes for company in plan.companies})


def hold(store: Store, domain: str) -> None:
    """Let nobody else change the company until the transaction around this ends."""
    company = company_id(store, domain)
    # In SQLite nobody else can write during a transaction.
    if store.dialect == "postgresql":
        _HELD.row(store, company=company)


def _actor(by: str | Actor) -> Actor:
    return scopes.operator(by) if isinstance(by, str) else by


def _parted(store: Store, company: CompanyPlan, actor: Actor) -> tuple[CompanyPlan, list[Held]]:
    """What of the plan is made at once, and what waits of it."""
    if not company.version:
        return company, []
    now, its = split.split(store, company.domain, company.changes, actor)
    if its:
        changed = entry_rows.empty()
        for one in now:
            changed[one.noun][one.key] = one.after
        view = Changed(store, company.domain, Present(store, company.domain), changed)
        for entry, trouble in checks.troubles_of(view, now):
            who = ", ".join(one.username for one in its[:3])
            text = f"a change of {who} waits, and the rest needs it: {entry}: {trouble}; make one after the other"
            raise Refused("waits-for-another", text)
    return replace(company, changes=tuple(now)), its


def _begun(store: Store, company: CompanyPlan) -> Revision:
    if company.version:
        return Revision(store, company.domain, company.version)
    if companies.exists(store, company.domain):
        raise revisions.outdated(company.domain, company.version)
    companies.insert(store, company.domain)
    # A removed company that is added again goes on from its last version.
    return Revision(store, company.domain, policies.current_version(store, company.domain))
