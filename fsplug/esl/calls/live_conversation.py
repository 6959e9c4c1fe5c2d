"""The calls of a conversation that goes on. Memory only, no I/O."""

from dataclasses import dataclass, field

from fsplug.policy.conversation.joining import first_call


@dataclass(slots=True, weakref_slot=True)
class LiveConversation:
    """The calls of a conversation so far, also those that have ended: when each began in each company that has it, by
    the call's id and the company.
    """

    calls: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, call: str, company: str, at: float) -> None:
        """This call is of the conversation, and this company has it since then."""
        self.calls.setdefault(call, {}).setdefault(company, at)

    def take_in(self, other: "LiveConversation") -> None:
        """The calls of another conversation are of this one."""
        for call, its in other.calls.items():
            for company, at in its.items():
                self.add(call, company, at)

    def companies(self) -> set[str]:
        """Those that have a call of the conversation."""
        return {company for its in self.calls.values() for company in its}

    def id_in(self, company: str) -> str:
        """The conversation's id in this company, which has a call of it."""
        return first_call({call: its[company] for call, its in self.calls.items() if company in its})

    def ids(self) -> dict[tuple[str, str], str]:
        """The conversation's id in its company, by the company and each of its calls."""
        ids = {company: self.id_in(company) for company in self.companies()}
        return {(company, call): ids[company] for call, its in self.calls.items() for company in its}
