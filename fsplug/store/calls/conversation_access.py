"""What somebody may see of a conversation: all of it, or only the calls in which they took part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Actor, Need, Reach, check_may, check_own
from fsplug.policy.conversation.events import Event, Listened
from fsplug.policy.conversation.shapes import Timeline
from fsplug.policy.conversation.timeline import timeline
from fsplug.policy.recording import participants
from fsplug.store.calls import conversation_events, conversations, decisions
from fsplug.store.calls.calls import Call
from fsplug.store.calls.decisions import Decision
from fsplug.store.db.database import Store


@dataclass(frozen=True, slots=True)
class SeenConversation:
    """A conversation as somebody sees it: those of its calls that they may see, the first one first.

    `hidden` is how many calls there are beside these. `own` is the user who sees their own calls alone; None for
    somebody who sees all.
    """

    id: str
    company: str
    calls: Sequence[Call]
    hidden: int
    own: str | None

    def timeline(self, store: Store) -> Timeline:
        """These calls in their order. Who sees their own calls alone reads of listening in to themselves alone."""
        return timeline(filter(self._shows, conversation_events.of_calls(store, self.company, self.calls)))

    def _shows(self, event: Event) -> bool:
        return self.own is None or not isinstance(event, Listened) or self.own in (event.by.username, event.to.username)


def seen(store: Store, domain: str, call: str, actor: Actor | None) -> SeenConversation:
    """The company's conversation that this call is part of, as the actor (None: an operator) sees it.

    Invalid("unknown-conversation") if the company has no such call; Refused("not-own") if the actor sees their own
    calls alone and took part in none of it.
    """
    calls = conversations.of_call(store, domain, call)
    if not calls:
        text = f"there is no conversation {call}; see: fsplug conversation list"
        raise Invalid("unknown-conversation", text, conversation=call)
    if actor is None or check_may(actor, Need.RECORDINGS, domain) is not Reach.OWN:
        return SeenConversation(calls[0].id, domain, calls, 0, None)
    made = decisions.of_calls(store, domain, [one.id for one in calls])
    own = [one for one in calls if took_part(actor, made[one.id])]
    check_own(actor, Need.RECORDINGS, domain, [actor.name] if own else [])
    return SeenConversation(calls[0].id, domain, own, len(calls) - len(own), actor.name)


def took_part(actor: Actor, made: Iterable[Decision]) -> bool:
    """Whether the actor is the person who was in one of these talks, recorded or not."""
    return any(actor.name in _people(one) and actor.tenure.covers(one.at, one.version) for one in made)


def _people(one: Decision) -> list[str]:
    return participants.people(participants.everybody(one.inputs, one.caller, one.answerer), one.user)
