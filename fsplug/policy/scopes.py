"""Who may change what people may do."""

from collections.abc import Collection
from dataclasses import dataclass

from fsplug.errors import Refused
from fsplug.policy.entities import AdminScope


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for a change. `scope` is a user's; an operator, who has the store itself, has none."""

    name: str
    scope: AdminScope | None = None

    @property
    def may_grant(self) -> bool:
        """Whether rights, licences, roles and admin scopes are theirs to change."""
        return self.scope in (None, AdminScope.COMPANY_ADMIN)


def operator(name: str) -> Actor:
    """Somebody on the machine that holds the store."""
    return Actor(name)


def check_may_grant(actor: Actor, granted: Collection[str]) -> None:
    """Refused("not-company-admin") when `granted` names something and the actor may not grant it.

    Every way to change the configuration asks here: command line, document, import, console.
    """
    if granted and not actor.may_grant:
        what = ", ".join(sorted(granted))
        text = f"{actor.name} may not change {what}; ask an administrator of the whole company"
        raise Refused("not-company-admin", text, actor=actor.name, granted=sorted(granted))
