"""The facts for the listening gate, collected from the books, the store and the switch."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from fsplug.esl.calls.book import CallBook, Channel
from fsplug.esl.protocol.event import Event
from fsplug.esl.switch import Switch
from fsplug.policy.entities import DeviceKind, User
from fsplug.policy.listening.gate import Colleague, CompanyRules, Door, Listener, ListenRequest
from fsplug.policy.numbers import normalise
from fsplug.policy.recording.legs import username_of
from fsplug.store.config import companies, devices, entitlements, policies, users
from fsplug.store.config.devices import Device
from fsplug.store.db.database import Store

_LONGEST_NUMBER = 40
# A company and a username; the name of a node, or nothing.
NodeOf = Callable[[str, str], str]


def _nowhere(company: str, username: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks to listen: a user, on the leg `leg` (empty when nobody has called yet), by this door and device.

    The user is known by `phone`, which proved its password or was rung, or by `mobile`, the number that was called
    back; by neither where the operator's own directory has the phone. `line_taken`: the user has another request that
    is not decided yet, or already listens.
    """

    company: str
    user: User
    door: Door
    device: DeviceKind
    leg: str = ""
    line_taken: bool = False
    phone: Device | None = None
    mobile: str = ""


@dataclass(frozen=True, slots=True)
class TargetTalk:
    """The talk somebody wants to hear: the target's leg, its partner, and the policy version of the call."""

    leg: str
    partner: str
    call: str
    version: int
    other: str = ""


class ListenFacts:
    """Reads; changes nothing. `node_of` gives the node that has this user's call, if another than this one has it."""

    def __init__(self, store: Store, book: CallBook, switch: Switch, node_of: NodeOf = _nowhere) -> None:
        self._node_of = node_of
        self._store = store
        self._book = book
        self._switch = switch
        # The legs that wait for the gate: a call to the star code is not itself a call in progress.
        self.asking: set[str] = set()

    def version(self, company: str) -> int:
        """The company's policy version now."""
        return policies.current_version(self._store, company)

    def user(self, company: str, username: str) -> User | None:
        """The company's user of this name, now."""
        return users.user_at(self._store, company, username, self.version(company)) if username else None

    def language(self, company: str) -> str:
        """The company's language."""
        return companies.get(self._store, company).language

    def person(self, company: str, dialled: str) -> User | None:
        """The user with this extension or number, in any spelling; None if it belongs to nobody in this company."""
        text = dialled.strip().removesuffix("#")
        if not text or len(text) > _LONGEST_NUMBER:
            return None
        version = self.version(company)
        found = users.by_extension(self._store, company, text, version) if text.isascii() and text.isdigit() else None
        e164 = normalise(text, companies.get(self._store, company).country)
        return found or (users.by_number(self._store, company, e164, version) if e164 else None)

    def talk_of(self, company: str, username: str) -> TargetTalk | None:
        """The answered call this user is in; if there are several, the one answered last."""
        talking = [
            one for one in self._channels_of(company, username) if one.leg.answered and self._book.partner_of(one)
        ]
        if not talking:
            return None
        return self._target_talk(max(talking, key=lambda one: one.leg.answered_at or 0.0))

    def sender(self, channel: Event) -> str | None:
        """The user whose phone sent this call where it is now, by a transfer (REFER); None if nobody's did.

        The switch notes the target of a REFER, and who the call talked to before is known: no header that a phone
        writes is believed.
        """
        sent_to = unquote(channel.variable("sip_refer_to") or "")
        book_channel = self._book.channels.get(channel.uuid)
        is_sent = f":{channel.get('Caller-Destination-Number')}@" in sent_to
        met = book_channel.met if book_channel is not None and is_sent else None
        return met.username or None if met is not None else None

    def request(
        self, caller: Caller | None, company: str, target: User | None, talk: TargetTalk | None
    ) -> ListenRequest:
        """Everything the gate needs to decide this request, as of now."""
        now = self.version(company) if company else 0
        return ListenRequest(
            listener=self._listener(caller, now) if caller else None,
            target=self._colleague(company, target.username, talk, now) if target else None,
            in_call=talk is not None,
            other=self._colleague(company, talk.other, talk, now) if talk and talk.other else None,
            rules=entitlements.listen_rules(self._store, company) if company else CompanyRules(),
            node=self._node_of(company, target.username) if target and talk is None else "",
        )

    def _listener(self, caller: Caller, version: int) -> Listener:
        standing = entitlements.of_user(self._store, caller.company, caller.user.username, version)
        username, line_free = caller.user.username, self._line_free(caller)
        still_theirs = self._is_still_theirs(caller, version)
        return Listener(username, caller.company, caller.device, line_free, standing, still_theirs)

    def _is_still_theirs(self, caller: Caller, version: int) -> bool:
        """Whether what the caller is known by is the user's at this version: the phone with its password, or the
        mobile.
        """
        if caller.mobile:
            user = users.by_mobile(self._store, caller.company, caller.mobile, version)
            return user is not None and user.username == caller.user.username
        if caller.phone is None:
            return True
        now = devices.by_sip_username(self._store, caller.company, caller.phone.sip_username or "", version)
        return now is not None and (now.username, now.a1_hash) == (caller.phone.username, caller.phone.a1_hash)

    def _colleague(self, company: str, username: str, talk: TargetTalk | None, version: int) -> Colleague:
        began_under = talk.version if talk else version
        at_start = entitlements.of_user(self._store, company, username, began_under)
        now = entitlements.of_user_in_call(self._store, company, username, began_under, version)
        return Colleague(username, company, at_start, now)

    def _line_free(self, caller: Caller) -> bool:
        """Whether the listener is in no call, and none rings at a phone of theirs."""
        company, username = caller.company, caller.user.username
        asking = {caller.leg, *self.asking}
        if caller.line_taken or any(one.leg.uuid not in asking for one in self._channels_of(company, username)):
            return False
        may_ring = [
            call.id
            for call in self._book.calls.values()
            if call.company == company and any(username_of(name) == username for name in call.armed)
        ]
        return not any(username in self._switch.ringing(call) for call in may_ring)

    def _channels_of(self, company: str, username: str) -> list[Channel]:
        return [
            one for one in self._book.channels.values() if one.leg.username == username and one.leg.company == company
        ]

    def _target_talk(self, channel: Channel) -> TargetTalk:
        leg = channel.leg
        partner = self._book.partner_of(channel)
        version = leg.version if leg.version is not None else self.version(leg.company)
        ours = partner is not None and partner.leg.company == leg.company
        other = partner.leg.username if partner is not None and ours else ""
        return TargetTalk(leg.uuid, channel.partner or "", leg.call or leg.uuid, version, other)
