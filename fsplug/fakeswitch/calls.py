"""Calls placed on the fake switch, and what their parties do."""

from collections.abc import Callable

from gevent.event import Event as Signal

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.fakeswitch.audio import RATE
from fsplug.fakeswitch.channel import Channel, Park, Profile, Transfer
from fsplug.fakeswitch.clock import Timer
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.lifecycle import answer, enter, hang_up, hold, rebridge, state, transfer
from fsplug.fakeswitch.orders import CALLEE, CALLER, Order, Step
from fsplug.fakeswitch.realistic import describe_inbound
from fsplug.fakeswitch.sip_headers import InviteHeaders, read_headers


class Call:
    """One placed call, from its A-leg's side."""

    def __init__(self, core: Core, order: Order, on_end: Callable[["Call"], None] = lambda call: None) -> None:
        self.order = order
        self._on_end = on_end
        self.answers = order.answers
        self.rates = order.rates
        self.acknowledges = order.acknowledges
        self.leg = _a_leg(order, self)
        self.bridges: list[tuple[str, str]] = []
        self._core = core
        self._ended = Signal()
        self._bridged = Signal()
        self._timers: list[Timer] = []
        self._answered_micros = 0
        self._last: Channel | None = None
        self._cancels_ringing = order.cancel_ringing
        self._begin()

    @property
    def uuid(self) -> str:
        return self.leg.uuid

    @property
    def ended(self) -> bool:
        return bool(self._ended.is_set())

    @property
    def cause(self) -> str | None:
        """The A-leg's hangup cause; None while it is up."""
        return self.leg.cause

    @property
    def callee(self) -> Channel | None:
        """The leg that the A-leg talks to now."""
        return self.leg.partner

    @property
    def up_seconds(self) -> float | None:
        """From the first answer to the end of the A-leg and its last partner, by the switch's clock; None until then.

        The later of the two: a busy machine ends them one after the other.
        """
        ends = [leg.times.hungup for leg in (self.leg, self._last) if leg]
        return (max(ends) - self._answered_micros) / 1e6 if self._answered_micros and self.leg.times.hungup else None

    def wait(self, real_seconds: float = 30.0) -> str:
        """Wait until the A-leg is gone; returns its hangup cause. Unavailable after `real_seconds`."""
        if not self._ended.wait(real_seconds):
            raise Unavailable("call-still-up", f"call {self.uuid} is still up after {real_seconds} s", call=self.uuid)
        return self.leg.cause or "NONE"

    def wait_bridged(self, real_seconds: float = 30.0) -> Channel:
        """Wait for the first conversation; returns the leg that answered."""
        if not self._bridged.wait(real_seconds) or not self.leg.partner:
            raise Unavailable("call-not-bridged", f"call {self.uuid} is not bridged", call=self.uuid)
        return self.leg.partner

    def hang_up(self, by: str = CALLER, cause: str = "NORMAL_CLEARING") -> None:
        """Send BYE, or CANCEL if nobody has answered."""
        leg = self.party(by)
        hang_up(self._core, leg, cause if leg.answered else "ORIGINATOR_CANCEL")

    def vanish(self, by: str = CALLER) -> None:
        """The phone of `by` is gone without a word: the switch ends a leg that had a `media_timeout` at its answer."""
        leg = self.party(by)
        leg.silent_since = self._core.clock.micros()
        timeout = leg.media_timeout
        if timeout:
            self._later(timeout / 1000, hang_up, self._core, leg, "MEDIA_TIMEOUT")

    def answer(self) -> None:
        """The phone that rings longest in this call is answered."""
        ringing = (one for one in self._core.channels.values() if one.driver is self.leg and not one.answered)
        leg = next(ringing, None)
        if leg is None:
            raise Refused("nothing-rings", f"no phone rings in call {self.uuid}", call=self.uuid)
        answer(self._core, leg)
        leg.wake()

    def hold(self, by: str = CALLEE, held: bool = True) -> None:
        hold(self._core, self.party(by), held)

    def set_rate(self, rate: int, by: str = CALLEE) -> None:
        """A re-INVITE with a codec of this rate."""
        channel = self.party(by)
        channel.rate = rate
        self._core.bus.emit("CODEC", channel)

    def update(self, number: str, by: str = CALLEE) -> None:
        """An UPDATE that says who is there: the leg's number changes, and the other leg is told (1.11.1, captured)."""
        channel = self.party(by)
        profile, partner = channel.profile, channel.partner
        if channel.direction == "inbound":
            profile.ani, profile.caller_number = profile.ani or profile.caller_number, number
        else:
            profile.callee_number = number
        bridged_to = [("Bridged-To", partner.uuid)] if partner else []
        self._core.bus.emit("CALL_UPDATE", channel, [("Direction", "RECV"), *bridged_to])
        if partner is not None:
            partner.set("last_sent_callee_id_number", number)
            sent = [("Direction", "SEND"), ("Sent-Callee-ID-Number", number), ("Bridged-To", channel.uuid)]
            self._core.bus.emit("CALL_UPDATE", partner, sent)

    def blind_transfer(self, to: str, by: str = CALLEE, context: str = "") -> None:
        """REFER: the other party goes to this extension, in its own context unless one is given; `by` is hung up."""
        leaver = self.party(by)
        other = leaver.partner
        if other is None:
            raise Refused("not-bridged", f"call {self.uuid} is not bridged, so it can't be transferred", call=self.uuid)
        referrer = leaver.variables.get("sip_auth_username") or leaver.profile.destination
        other.set("sip_h_Referred-By", f"<sip:{referrer}@127.0.0.1>")
        other.set("sip_refer_to", f"<sip:{to}@127.0.0.1>")
        leaver.set("endpoint_disposition", "BLIND_TRANSFER")
        leaver.set("transfer_to", f"blind:{to}")
        transfer(self._core, other, Transfer(to, context or other.profile.context, "BLIND_TRANSFER"))

    def attended_transfer(self, consultation: "Call", by: str = CALLEE) -> None:
        """REFER with Replaces: `by`, who placed the consultation call, connects the other two and leaves.

        While the consultation rings, the other one waits for the leg that will answer it.
        """
        first, second = self.party(by).partner, consultation.leg.partner
        if first is not None and second is None and consultation.leg.free:
            first.order = Park()
            first.wake()
            consultation.leg.heir = first
            consultation.leg.set("transfer_to", f"satt:{first.uuid}")
            hang_up(self._core, consultation.leg, "NORMAL_CLEARING")
            return
        if first is None or second is None:
            raise Refused("not-bridged", "both calls must be bridged to be joined", call=self.uuid)
        self.party(by).set("endpoint_disposition", "ATTENDED_TRANSFER")
        self.party(by).set("transfer_to", f"att:{second.uuid}")
        rebridge(self._core, first, second, "ATTENDED_TRANSFER")

    def party(self, by: str) -> Channel:
        """The leg of one of the two talking parties."""
        if by == CALLER:
            return self.leg
        if by != CALLEE:
            raise Invalid("unknown-party", f"{by!r} is neither {CALLER} nor {CALLEE}")
        if self.leg.partner is None:
            raise Refused("not-bridged", f"call {self.uuid} has no callee now", call=self.uuid)
        return self.leg.partner

    def bridged(self, first: Channel, second: Channel) -> None:
        """Called by the switch when these two legs talk; the first time, the script begins."""
        begins = not self.bridges
        self._last = second if first is self.leg else first
        self._answered_micros = self._answered_micros or min(first.times.answered, second.times.answered)
        self.bridges.append((first.uuid, second.uuid))
        self._bridged.set()
        if begins:
            self._begin_talk()

    def gone(self, channel: Channel) -> None:
        """Called by the switch when this leg is gone."""
        if channel is self.leg:
            self._core.counters.ended += 1
            self._core.counters.answered += channel.answered
            self.forget()

    def forget(self) -> None:
        """Nothing more will happen to this call: it ended, or its switch died."""
        for timer in self._timers:
            timer.close()
        self._timers.clear()
        self._ended.set()
        self._on_end(self)

    def _begin(self) -> None:
        core, leg = self._core, self.leg
        enter(core, leg)
        describe_inbound(leg, core.realistic, core.parse_all_headers)
        self._take_headers(read_headers(self.order.headers, core.parse_all_headers))
        for name, value in (*self._identity(), *self.order.variables.items()):
            leg.set(name, value)
        state(core, leg, "CS_NEW")
        state(core, leg, "CS_INIT")
        core.bus.emit("CHANNEL_CREATE", leg)
        core.counters.placed += 1
        if self.order.cancel is not None:
            self._later(self.order.cancel, self._cancel)
        if self.order.late_offer:
            answer(core, leg)
        if self.order.refused:
            leg.set("sofia_profile_name", "internal" if self.order.user else "external")
            leg.set("endpoint_disposition", "NO CODECS")
            hang_up(core, leg, "INCOMPATIBLE_DESTINATION")
        core.spawn(core.live, core, leg)

    def _take_headers(self, headers: InviteHeaders) -> None:
        if headers.caller:
            self.leg.profile.caller_number = headers.caller
        for name, value in headers.variables.items():
            self.leg.set(name, value)

    def _identity(self) -> list[tuple[str, str]]:
        """The variables on the call of a signed-in phone: its identity, and its user's variables from the directory."""
        user = self.order.user
        if not user:
            return []
        domain = self.order.domain or self.order.context
        return [
            ("sip_authorized", "true"),
            ("sip_auth_username", user),
            ("sip_auth_realm", domain),
            ("user_name", user),
            ("domain_name", domain),
            ("user_context", self.order.context),
            *self._core.directory.get((user, domain), {}).items(),
        ]

    def rings(self) -> None:
        """A phone rings for this call."""
        seconds, self._cancels_ringing = self._cancels_ringing, None
        if seconds is not None:
            self._later(seconds, self._cancel)

    def _begin_talk(self) -> None:
        if self.order.talk is not None:
            self._later(self.order.talk, self._do, Step(0, "hang_up", CALLER))
        for step in self.order.steps:
            self._later(step.after, self._do, step)

    def _cancel(self) -> None:
        if not self.leg.answered:
            self.hang_up()

    def _do(self, step: Step) -> None:
        if not self.leg.up or (self.leg.partner is None and step.by == CALLEE):
            return
        if step.act == "transfer":
            self.blind_transfer(step.to, step.by, step.context)
        elif step.act == "hang_up":
            self.hang_up(step.by)
        elif step.act in ("hold", "unhold"):
            self.hold(step.by, step.act == "hold")

    def _later(self, seconds: float, act: Callable[..., object], *args: object) -> None:
        self._timers.append(self._core.clock.later(seconds, act, *args))


def _a_leg(order: Order, call: Call) -> Channel:
    profile, host = ("internal", order.domain or order.context) if order.user else ("external", "127.0.0.1")
    return Channel(
        direction="inbound",
        name=f"sofia/{profile}/{order.user or order.caller}@{host}",
        profile=Profile(
            caller_name=order.caller_name or order.caller,
            caller_number=order.caller,
            username=order.user or order.caller,
            destination=order.destination,
            context=order.context,
        ),
        call=call,
        tone_hz=order.tone_hz,
        rate=order.rates.get(CALLER, RATE),
    )
