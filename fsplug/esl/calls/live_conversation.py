"""The calls of a conversation that goes on. Memory only, no I/O."""

from dataclasses import dataclass

from fsplug.policy.conversation.joining import first_call


@dataclass(slots=True, weakref_slot=True)
class LiveConversation:
    """The calls of a conversation so far, also those that have ended: the company and beginning of each, by its id."""

    calls: dict[str, tuple[str, float]]

    def id_in(self, company: str, led: str = "") -> str:
        """The conversation's id in this company; `led` if it has no call in it but this one, which it was led."""
        own = {call: at for call, (owner, at) in self.calls.items() if owner == company}
        return first_call(own) if own else led

    def ids(self) -> dict[str, str]:
        """The conversation's id, in its company, by each of its calls."""
        by_company = {company: self.id_in(company) for company, _ in self.calls.values()}
        return {call: by_company[company] for call, (company, _) in self.calls.items()}
