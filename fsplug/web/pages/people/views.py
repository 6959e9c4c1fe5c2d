"""The company's users: what each holds, and changing that for one user or many at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, Need, Reach, administers, departments_of
from fsplug.policy.entities import Licence, Right, Role
from fsplug.store.accounts import accounts, invitations
from fsplug.store.change import edit_users, waiting_rows
from fsplug.store.change.edit_users import UserEdit
from fsplug.store.config import groups, policies, user_list, users
from fsplug.store.config.user_list import Person, UserFilter
from fsplug.store.db.database import Store
from fsplug.store.outbox.mails import Mail, MailState
from fsplug.web.kernel import forms, guard, names, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.page import Menu, Page, Section

_ICON = "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-6 9a6 6 0 0 1 12 0m1-9a3 3 0 1 0-1-5.8m3 8a5 5 0 0 1 3 7"
PAGE = Page(__name__, Menu(Section.CONFIGURATION, 30, _ICON))

ROWS = 50
_YES_OR_NO = {"yes": True, "no": False}
_ALLOW = "allow."


@dataclass(frozen=True, slots=True)
class UserSettings:
    """What the marked users hold, field by field: the value they share, or None if they differ.

    `waiting` are the names of those of whom a change waits, as far as the viewer sees changes that wait.
    """

    marked: list[Person]
    licence: bool | None
    right: bool | None
    records: bool | None
    role: Role | None
    department: str | None
    profiles: Mapping[str, bool | None]
    mails: list[Mail]
    waiting: list[str]
    version: int

    @property
    def one(self) -> Person | None:
        """The marked user, if exactly one is marked."""
        return self.marked[0] if len(self.marked) == 1 else None


@PAGE.get("/people")
@takes(Need.USER_LIST, Reach.DEPARTMENTS)
def page() -> str:
    """The list, with the settings of the marked users beside it."""
    return _page()


@PAGE.post("/people/summary")
@takes(Need.USER_LIST, Reach.DEPARTMENTS)
def summary() -> Any:
    """What saving would change, and for how many users."""
    return _summary()


@PAGE.post("/people/save")
@takes(Need.USER_LIST, Reach.DEPARTMENTS, steps_up=True)
def save() -> Any:
    """Save the change."""
    viewer, marked, user_edit, actor = shell.viewer(), _marked(), _user_edit(), g.actor
    version = forms.number(request.form.get("version", "")) or 0
    reached = request.form.get("reached", "")
    try:
        count, waiting = edit_users.save(guard.store(), viewer.domain, marked, user_edit, actor, version, reached)
    except (Invalid, Refused) as error:
        if error.code == edit_users.NOT_SEEN:
            return _summary(g.words.error(error.code)), 409
        unfit = error.facts.get("names")
        said = ", ".join(map(str, unfit)) if isinstance(unfit, list) else ""
        return _page(g.words.error(error.code, names=said)), 422 if isinstance(error, Invalid) else 403
    if waiting:
        return shell.done("/people", "said-people-waits", count=str(count), waiting=str(waiting))
    return shell.done("/people", "said-people-saved", count=str(count))


@PAGE.post("/people/invite")
@takes(Need.ACCOUNT, Reach.COMPANY)
def invite() -> Any:
    """Send both mails of the invitation again."""
    viewer, username, actor = shell.viewer(), request.form.get("username", ""), g.actor
    accounts.invite(guard.store(), viewer.domain, username, actor.logged_name)
    return shell.done(f"/people?marked={username}", "said-invited")


def _summary(trouble: str | None = None) -> Any:
    viewer, marked, user_edit, actor = shell.viewer(), _marked(), _user_edit(), g.actor
    try:
        found = edit_users.preview(guard.store(), viewer.domain, marked, user_edit, actor)
    except (Invalid, Refused) as error:
        return _page(g.words.error(error.code)), 422 if isinstance(error, Invalid) else 403
    # The version that the viewer saw, not the current one: the list may have been open for an hour.
    seen = request.form.get("version", "")
    setters = names.of_setters(guard.store(), viewer.domain, found.grantees)
    return render_template(
        "people/summary.html",
        trouble=trouble,
        preview=found,
        setters=setters,
        marked=marked,
        seen=seen,
        kept=_kept(),
    )


def _page(trouble: str | None = None) -> str:
    viewer, marked, actor = shell.viewer(), _marked(), g.actor
    user_filter = asked_filter(actor)
    store, after = guard.store(), _place(request.values.get("after", ""))
    found = user_list.listed(store, viewer.domain, user_filter, ROWS + 1, after)
    shown, settings = found[:ROWS], _settings(store, viewer.domain, marked, actor)
    return render_template(
        "people/page.html",
        trouble=trouble,
        user_filter=user_filter,
        is_first=after is None,
        roles=list(Role),
        company_reach=Reach.COMPANY,
        administers=administers(actor, (one.department for one in settings.marked)),
        may_set_record=edit_users.may_set_record(viewer.company, actor),
        found=shown,
        is_unfolded=not shell.wants_part(),
        count=user_list.count(store, viewer.domain, user_filter),
        following="\t".join(shown[-1].place(user_filter.sort)) if len(found) > ROWS else None,
        mail_states=_mail_states(store, viewer.domain, shown),
        settings=settings,
        departments=_departments(store, viewer.domain, actor),
        groups=groups.groups(store, viewer.domain, policies.current_version(store, viewer.domain)),
    )


def asked_filter(actor: Actor) -> UserFilter:
    asked = request.values
    role, licence = asked.get("with_role", ""), asked.get("with_licence", "")
    return UserFilter(
        asked.get("q", "")[:100],
        asked.get("in_department") or None,
        asked.get("in_group") or None,
        Role(role) if role in set(Role) else None,
        Licence(licence) if licence in set(Licence) else None,
        departments_of(actor, Need.USER_LIST),
        user_list.sort_of(asked.get("sort", "")),
    )


def _departments(store: Store, domain: str, actor: Actor) -> list[str]:
    seen = departments_of(actor, Need.USER_LIST)
    return [name for name in users.departments(store, domain) if seen is None or name in seen]


def _settings(store: Store, domain: str, usernames: list[str], actor: Actor) -> UserSettings:
    marked = user_list.of(store, domain, usernames, departments_of(actor, Need.USER_LIST))
    profiles = sorted({name for one in marked for name in one.profiles})
    return UserSettings(
        marked,
        _common([Licence.CONTACT_PRO in one.licences for one in marked]),
        _common([Right.LISTEN_IN in one.rights for one in marked]),
        _common([one.records for one in marked]),
        _common([one.role for one in marked]),
        _common([one.department or "" for one in marked]),
        {name: _common([one.profiles[name] for one in marked if name in one.profiles]) for name in profiles},
        invitations.latest(store, domain, [marked[0].username])[marked[0].username] if len(marked) == 1 else [],
        _waiting(store, domain, marked),
        policies.current_version(store, domain),
    )


def _waiting(store: Store, domain: str, marked: list[Person]) -> list[str]:
    if not (marked and shell.viewer().reaches(Need.CHANGES, Reach.COMPANY)):
        return []
    found = {one.username for one in waiting_rows.of_users(store, domain, [one.username for one in marked])}
    return [one.called for one in marked if one.username in found]


def _mail_states(store: Store, domain: str, shown: list[Person]) -> dict[str, MailState]:
    """The worst state of each user's mails; users whose mails were all sent are left out."""
    holders = [one.username for one in shown if one.role is not Role.NONE]
    found = {name: {mail.state for mail in its} for name, its in invitations.latest(store, domain, holders).items()}
    worst = (MailState.FAILED, MailState.QUEUED)
    return {name: next(state for state in worst if state in its) for name, its in found.items() if its & set(worst)}


def _common(values: list[Any]) -> Any:
    return values[0] if values and all(one == values[0] for one in values) else None


def _user_edit() -> UserEdit:
    """The change that the form asks for; a missing or empty field changes nothing."""
    form = request.form
    role, department, email = form.get("role", ""), form.get("department", ""), form.get("email")
    allow = {
        name.removeprefix(_ALLOW): _YES_OR_NO[value]
        for name, value in form.items()
        if name.startswith(_ALLOW) and value in _YES_OR_NO
    }
    return UserEdit(
        licence=_YES_OR_NO.get(form.get("licence", "")),
        right=_YES_OR_NO.get(form.get("right", "")),
        records=_YES_OR_NO.get(form.get("records", "")),
        role=Role(role) if role in set(Role) else None,
        # "in " is put before a name, so that a department may have any name.
        department=department.removeprefix("in ") if department.startswith("in ") else None,
        email=email.strip() if email is not None and len(_marked()) == 1 else None,
        allow=allow,
    )


def _kept() -> list[tuple[str, str]]:
    """The fields of the edit, to be sent again by the summary."""
    fields = ("licence", "right", "records", "role", "department", "email")
    return [(name, value) for name, value in request.form.items() if name in fields or name.startswith(_ALLOW)]


def _marked() -> list[str]:
    return list(dict.fromkeys(one for one in request.values.getlist("marked") if one))[:1000]


def _place(text: str) -> tuple[str, str] | None:
    name, tab, username = text.partition("\t")
    return (name, username) if tab else None
