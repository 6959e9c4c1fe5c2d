"""What is recorded: departments, ring groups, excluded numbers. Every change is reviewed before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import g, redirect, render_template, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Need, Reach
from fsplug.policy.entities import EVERY_DEPARTMENT, GroupMode, PolicySnapshot, WhenAway
from fsplug.policy.numbers import normalise
from fsplug.policy.recording.edit import PolicyDifference, PolicyEdit, differences, of_department, of_group, rebased
from fsplug.store.calls.preview import PolicyPreview, preview
from fsplug.store.change import edit_policy
from fsplug.store.config import companies, groups, policies, users
from fsplug.store.config.policies import ExcludedNumber, PolicyVersion
from fsplug.store.db.database import Store
from fsplug.web.kernel import guard, names, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.web.kernel.shell import Viewer
from fsplug.web.pages.policies import form
from fsplug.web.pages.policies.bars import bars
from fsplug.web.pages.policies.form import Posted

PAGE = Page(__name__, Menu(Section.CONFIGURATION, 10, "M12 3 5 6v5c0 4.5 3 8 7 10 4-2 7-5.5 7-10V6zm-3 9 2 2 4-4"))
_YES_OR_NO = {"yes": True, "no": False}

# A preview covers the talks of a week, or the newest of them if there are very many.
PREVIEW_SECONDS, MOST_TALKS = 7 * 86_400.0, 5_000
# A department takes some 300 fields and a ring group 100, since their names occur several times in the form.
FORM_BYTES = 480 * 1024
# A longer list of excluded numbers is cut at this length; a typed number is found all the same.
SHOWN_NUMBERS = 100


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """The text in the fields for a new number, and the code of what is wrong with it."""

    number: str = ""
    note: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ShownPolicy:
    """The current policy, and the edit of it.

    `when_away` is what happens to calls while fsplug is away.
    `theirs` is what others changed since the edit was begun, and `trouble` the error's code if the edit can't be saved.
    """

    current: PolicySnapshot
    policy_edit: PolicyEdit
    groups: Mapping[str, str]
    excluded: list[ExcludedNumber]
    since: PolicyVersion | None
    names: Mapping[str, str]
    when_away: WhenAway
    theirs: tuple[PolicyDifference, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What an edit would change, and what it would have recorded lately."""

    differences: list[PolicyDifference]
    preview: PolicyPreview
    users: Mapping[str, str]


@PAGE.get("/policies")
@takes(Need.POLICY, Reach.COMPANY)
def page() -> str:
    """The current policy."""
    viewer = shell.viewer()
    return _rendered(_shown(guard.store(), viewer.domain))


@PAGE.post("/policies")
@takes(Need.POLICY, Reach.COMPANY, FORM_BYTES)
def change() -> Any:
    """Tick a box for all, add or drop a number, review the change, or go back; nothing is saved by this."""
    viewer, posted = shell.viewer(), request.form
    if posted.get("act") == "review":
        return _reviewed(viewer, posted)
    shown, typed = _edited(guard.store(), viewer.domain, posted)
    return _rendered(shown, typed), 422 if typed.trouble or shown.trouble else 200


@PAGE.get("/policies/save")
@takes(Need.POLICY, Reach.COMPANY)
def lead_back() -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect("/policies")


@PAGE.post("/policies/save")
@takes(Need.POLICY, Reach.COMPANY, FORM_BYTES, steps_up=True)
def save() -> Any:
    """Save the edit; if somebody else saved first, show the page again with the edit in it."""
    viewer, posted = shell.viewer(), request.form
    shown = _begun(guard.store(), viewer.domain, posted)
    if not shown.trouble:
        try:
            _save(guard.store(), viewer, shown.policy_edit)
            return _saved(viewer, viewer.now)
        except Refused as error:
            if error.code != "policy-changed":
                raise
            shown = _begun(guard.store(), viewer.domain, posted)
        except Invalid as error:
            return _rendered(replace(shown, trouble=error.code)), 422
    # A second click, or going back and saving again.
    saved_at = _saved_at(guard.store(), viewer, shown) if shown.theirs else None
    return (_rendered(shown), 422) if saved_at is None else _saved(viewer, saved_at)


@PAGE.get("/policies/when-away")
@takes(Need.POLICY, Reach.COMPANY)
def lead_back_when_away() -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect("/policies")


@PAGE.post("/policies/when-away")
@takes(Need.POLICY, Reach.COMPANY, steps_up=True)
def save_when_away() -> Any:
    """Save what happens to calls while fsplug is away."""
    viewer, wanted = shell.viewer(), request.form.get("when_away", "")
    if wanted in set(WhenAway):
        edit_policy.set_when_away(guard.store(), viewer.domain, WhenAway(wanted), viewer.actor)
        return _saved(viewer, viewer.now)
    return _rendered(_shown(guard.store(), viewer.domain)), 422


@PAGE.get("/policies/admins-set-record")
@takes(Need.POLICY, Reach.COMPANY)
def lead_back_admins_set_record() -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect("/policies")


@PAGE.post("/policies/admins-set-record")
@takes(Need.POLICY, Reach.COMPANY, steps_up=True)
def save_admins_set_record() -> Any:
    """Save whether administrators may say which of their users are recorded."""
    viewer, wanted = shell.viewer(), request.form.get("admins_set_record", "")
    if wanted in _YES_OR_NO:
        edit_policy.set_admins_set_record(guard.store(), viewer.domain, _YES_OR_NO[wanted], viewer.actor)
        return _saved(viewer, viewer.now)
    return _rendered(_shown(guard.store(), viewer.domain)), 422


def _saved(viewer: Viewer, at: float) -> Any:
    return shell.done("/policies", "said-policy-saved", time=viewer.moments.when(at))


def _reviewed(viewer: Viewer, posted: Posted) -> Any:
    # A number typed but not yet added is included: if it were silently dropped, its calls would still be recorded.
    shown, typed = _edited(guard.store(), viewer.domain, posted)
    if typed.trouble or shown.trouble:
        return _rendered(shown, typed), 422
    try:
        form.check(shown.policy_edit)
        review = _review(guard.store(), viewer, shown)
    except Invalid as error:
        return _rendered(replace(shown, trouble=error.code)), 422
    if not review.differences:
        return _rendered(shown, is_same=True)
    hidden = list(form.fields(shown.policy_edit))
    return render_template(
        "policies/review.html",
        shown=shown,
        review=review,
        hidden=hidden,
        term_kinds=form.TERM_KINDS,
        most=MOST_TALKS,
        bars=bars,
    )


def _rendered(shown: ShownPolicy, typed: TypedNumber | None = None, is_same: bool = False) -> str:
    typed = typed or TypedNumber()
    trouble = typed.trouble or shown.trouble
    departments = {
        name: (of_department(name, shown.current), policy) for name, policy in shown.policy_edit.departments.items()
    }
    modes = {number: (of_group(number, shown.current), mode) for number, mode in shown.policy_edit.groups.items()}
    numbers, pairs = shown.policy_edit.never or shown.policy_edit.again, (*departments.values(), *modes.values())
    return render_template(
        "policies/page.html",
        shown=shown,
        departments=departments,
        groups=modes,
        typed=typed,
        trouble=g.words.error(trouble) if trouble else "",
        is_same=is_same,
        is_edited=bool(numbers) or any(now != wanted for now, wanted in pairs),
        boxes=form.BOXES,
        modes=list(GroupMode),
        terms_offered=form.TERMS_OFFERED,
        term_kinds=form.TERM_KINDS,
        every=EVERY_DEPARTMENT,
        excluded=_listed(shown, typed),
        most_numbers=SHOWN_NUMBERS,
        longest_term=form.LONGEST_TERM,
        longest_note=form.LONGEST_NOTE,
        ways_when_away=list(WhenAway),
    )


def _listed(shown: ShownPolicy, typed: TypedNumber) -> list[ExcludedNumber]:
    """The excluded numbers to show: the first ones, those to be removed, and the one typed."""
    also = {*shown.policy_edit.again, normalise(typed.number, shown.current.country)}
    first, rest = shown.excluded[:SHOWN_NUMBERS], shown.excluded[SHOWN_NUMBERS:]
    return [*first, *(one for one in rest if one.number in also)]


def _shown(store: Store, domain: str, policy_edit: PolicyEdit | None = None) -> ShownPolicy:
    """The policy and the edit (without one: no change). Names that don't exist any more are dropped."""
    with store.connection():
        current = policies.snapshot(store, domain)
        departments = (*users.departments(store, domain), EVERY_DEPARTMENT)
        ring_groups = groups.names(store, domain)
        when_away = companies.get(store, domain).when_away
        excluded, since = policies.excluded(store, domain), policies.last_change(store, domain)
        actors = [one.by for one in excluded[:SHOWN_NUMBERS]] + ([since.by] if since else [])
        called = names.of_actors(store, domain, actors)
    policy_edit = policy_edit or PolicyEdit(current.version)
    trouble = "unknown-department" if policy_edit.departments.keys() - set(departments) else ""
    trouble = trouble or ("unknown-group" if policy_edit.groups.keys() - ring_groups.keys() else "")
    whole = replace(
        policy_edit,
        departments={name: policy_edit.departments.get(name) or of_department(name, current) for name in departments},
        groups={number: policy_edit.groups.get(number) or of_group(number, current) for number in ring_groups},
    )
    return ShownPolicy(current, whole, ring_groups, excluded, since, called, when_away, trouble=trouble)


def _begun(store: Store, domain: str, posted: Posted) -> ShownPolicy:
    """The posted edit, rebased on today's policy, and what others have changed since it was begun."""
    version = form.version_of(posted)
    theirs = tuple(edit_policy.theirs(store, domain, version))
    seen = policies.snapshot(store, domain, version)
    current = policies.snapshot(store, domain)
    shown = _shown(store, domain, rebased(form.read(posted, seen), seen, current))
    return replace(shown, theirs=theirs, trouble="policy-changed" if theirs else shown.trouble)


def _edited(store: Store, domain: str, posted: Posted) -> tuple[ShownPolicy, TypedNumber]:
    shown = _begun(store, domain, posted)
    if dropped := posted.get("drop"):
        return replace(shown, policy_edit=form.without_number(shown.policy_edit, dropped)), TypedNumber()
    typed = TypedNumber(posted.get("number", ""), posted.get("note", ""))
    if (box := posted.get("tick")) in form.BOXES:
        return replace(shown, policy_edit=form.with_all(shown.policy_edit, box)), typed
    if posted.get("act") not in ("add", "review") or not typed.number.strip():
        return shown, typed
    try:
        policy_edit = form.with_number(shown.policy_edit, typed.number, typed.note, shown.current)
        form.check(replace(shown.policy_edit, departments={}, groups={}, never=policy_edit.never))
    except Invalid as error:
        return shown, replace(typed, trouble=error.code)
    return replace(shown, policy_edit=policy_edit), TypedNumber()


def _review(store: Store, viewer: Viewer, shown: ShownPolicy) -> Review:
    drafted = edit_policy.drafted_snapshot(store, viewer.domain, shown.policy_edit)
    changed = differences(shown.current, drafted, users.departments(store, viewer.domain))
    since = viewer.now - PREVIEW_SECONDS
    found = preview(store, viewer.domain, drafted, since, MOST_TALKS if changed else 0)
    usernames = (one.decision.user for one in found.examples)
    return Review(changed, found, names.of_users(store, viewer.domain, usernames))


def _saved_at(store: Store, viewer: Viewer, shown: ShownPolicy) -> float | None:
    """When the viewer made the last change, if it already contains the edit; None otherwise."""
    if shown.since is None or shown.since.by != viewer.actor.logged_name:
        return None
    try:
        drafted = edit_policy.drafted_snapshot(store, viewer.domain, shown.policy_edit)
    except Invalid:
        return None
    is_left = differences(shown.current, drafted, users.departments(store, viewer.domain))
    return None if is_left else shown.since.at


def _save(store: Store, viewer: Viewer, policy_edit: PolicyEdit) -> None:
    form.check(policy_edit)
    edit_policy.save(store, viewer.domain, policy_edit, viewer.actor)
