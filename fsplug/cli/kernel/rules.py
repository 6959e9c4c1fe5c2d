"""What each command takes of a user who runs it with --as. A command without a rule here can't be run so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fsplug.errors import Refused
from fsplug.policy.access.scopes import Actor, Need, Reach, check_may

if TYPE_CHECKING:
    import click

COMPANY, USER = "company", "user"


@dataclass(frozen=True, slots=True)
class Rule:
    """`company` is the parameter that names the company; None where the command is of no company's.

    Whoever reaches only their own is told of themselves alone: `own` is the parameter that names the user, or "checked"
    where the command itself looks whose it is. Where it is None they may not at all. `itself`: the command asks the
    gate by itself, for what it is about to do.
    """

    need: Need
    company: str | None = COMPANY
    own: str | None = None
    itself: bool = False


CHECKED = "checked"
_HOUSE = Rule(Need.HOUSE, None)
_PEOPLE, _GRANTS, _COMPANY = Rule(Need.PEOPLE), Rule(Need.GRANTS), Rule(Need.COMPANY)
_POLICY, _SHARING, _SETTINGS = Rule(Need.POLICY), Rule(Need.SHARING), Rule(Need.COMPANY, "domain")
_ACCOUNT, _OWN_ACCOUNT = Rule(Need.ACCOUNT), Rule(Need.ACCOUNT, own="username")
_HEARD, _AUDIT = Rule(Need.RECORDINGS, own=USER), Rule(Need.AUDIT)


def _verbs(noun: str, changing: Rule, reading: Rule | None = None) -> dict[str, Rule]:
    rules = {f"{noun} {verb}": changing for verb in ("add", "set", "remove")}
    return rules | {f"{noun} {verb}": reading or changing for verb in ("list", "show")}


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("init", "serve", "doctor", "demo"), _HOUSE),
    **{f"switch {verb}": _HOUSE for verb in ("install", "uninstall", "status")},
    **dict.fromkeys(("xml render", "xml show", "store status", "store migrate", "secret rotate"), _HOUSE),
    **_verbs("company", _HOUSE),
    **{f"company {verb}": _SETTINGS for verb in ("show", "set")},
    **_verbs("trunk", _HOUSE),
    **{
        name: rule for noun in ("department", "group", "ivr", "number") for name, rule in _verbs(noun, _COMPANY).items()
    },
    **{name: rule for noun in ("user", "device", "profile") for name, rule in _verbs(noun, _PEOPLE).items()},
    **{name: rule for noun in ("licence", "right") for name, rule in _verbs(noun, _GRANTS, _PEOPLE).items()},
    "apply": Rule(Need.PEOPLE, None, itself=True),
    "import users": _PEOPLE,
    "export": Rule(Need.COMPANY, "domains"),
    **{f"policy {verb}": _POLICY for verb in ("show", "set", "simulate", "preview")},
    **{f"exclude {verb}": _POLICY for verb in ("add", "list", "remove")},
    "call list": _HEARD,
    "call show": Rule(Need.RECORDINGS, own=CHECKED),
    "recording list": _HEARD,
    "recording show": Rule(Need.RECORDINGS, own=CHECKED),
    "recording verify": Rule(Need.RECORDINGS),
    **{f"recording {verb}": Rule(Need.DELETION) for verb in ("delete", "undelete")},
    "gap list": _HEARD,
    "decision replay": Rule(Need.RECORDINGS),
    "listen": Rule(Need.PEOPLE, None, itself=True),
    "listen list": Rule(Need.AUDIT, own=USER),
    **{f"account {verb}": _OWN_ACCOUNT for verb in ("list", "show", "sessions", "sign-out")},
    **{f"account {verb}": _ACCOUNT for verb in ("invite", "reset", "unlock", "totp-off")},
    **dict.fromkeys(("account password", "account sign-in-link"), _HOUSE),
    **{f"mail {verb}": _ACCOUNT for verb in ("list", "show", "retry")},
    **{f"share {verb}": _SHARING for verb in ("create", "list", "revoke")},
    "audit list": Rule(Need.AUDIT, own=USER),
    **{f"audit {verb}": _AUDIT for verb in ("verify", "export")},
}


def check(actor: Actor, path: str, params: dict[str, Any]) -> Reach:
    """How far the actor reaches with this command; `params` are narrowed to that. Refused when not at all."""
    rule = RULES.get(path)
    if rule is None:
        raise Refused("not-allowed", f"fsplug {path} can't be run with --as", actor=actor.name, command=path)
    if rule.itself:
        return Reach.OWN
    reach = check_may(actor, rule.need, _narrowed_company(actor, rule, params))
    if reach is Reach.OWN:
        _narrow_to_own(actor, rule, params)
    return reach


def _narrowed_company(actor: Actor, rule: Rule, params: dict[str, Any]) -> str | None:
    if rule.company is None:
        return None
    given = params.get(rule.company)
    if not given:
        params[rule.company] = (actor.company,) if isinstance(given, tuple) else actor.company
        return actor.company
    if isinstance(given, tuple):
        return next((one for one in given if one != actor.company), actor.company)
    return str(given)


def _narrow_to_own(actor: Actor, rule: Rule, params: dict[str, Any]) -> None:
    if rule.own == CHECKED:
        return
    if rule.own is None or params.get(rule.own) not in (None, actor.name):
        raise Refused("not-own", f"{actor.name} may reach their own {rule.need} only", actor=actor.name)
    params[rule.own] = actor.name
    if "since" in params:
        params["since"] = max(params["since"] or 0.0, actor.began_at)


def path_of(ctx: "click.Context") -> str:
    """The command's name below `fsplug`: "user add"."""
    names: list[str] = []
    at: click.Context | None = ctx
    while at is not None and at.parent is not None:
        names.insert(0, at.info_name or "")
        at = at.parent
    return " ".join(names)
