"""The control port: commands to a fake switch in another process, as lines of JSON.

A request is `{"do": "place", ...}`; its answer is one line, `{"error": code, "text": ...}` when the request fails.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from gevent import socket
from gevent.event import Event as Signal
from gevent.server import StreamServer

from fsplug.errors import FsplugError, Invalid
from fsplug.fakeswitch.calls import Call
from fsplug.fakeswitch.core import Counters
from fsplug.fakeswitch.load import generate, report
from fsplug.fakeswitch.orders import CALLEE, CALLER, Step
from fsplug.fakeswitch.switch import FakeSwitch

Request = Mapping[str, Any]
Answer = Mapping[str, object]


class ControlPort:
    """Serves any number of clients on loopback; `stopped` is set when a client sends `stop`."""

    def __init__(self, switch: FakeSwitch, port: int) -> None:
        self._switch = switch
        self._server = StreamServer(("127.0.0.1", port), self._serve)
        self.stopped = Signal()
        self._acts: dict[str, Callable[[Request], Answer]] = {
            "abandon": self._abandon,
            "answer": self._answer,
            "answers": self._answers,
            "api": lambda request: {"text": switch.api(str(request["line"]))},
            "asserted": self._asserted,
            "attended_transfer": self._attended_transfer,
            "behave": self._behave,
            "call": lambda request: self._tell(self._call(request)),
            "codec": self._codec,
            "deaf": self._deaf,
            "hang_up": self._hang_up,
            "hang_up_all": self._hang_up_all,
            "hold": self._hold,
            "inject": self._inject,
            "keys": self._keys,
            "load": self._load,
            "misbehave": self._misbehave,
            "parse_all_headers": self._parse_all_headers,
            "place": lambda request: self._tell(self._place(request)),
            "reset_stats": self._reset_stats,
            "restart": self._restart,
            "stats": lambda request: report(switch.core, switch.clients),
            "stop": self._stop,
            "transfer": self._transfer,
            "update": self._update,
            "vanish": self._vanish,
            "wait": self._wait,
            "wait_bridged": self._wait_bridged,
        }

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop(timeout=0)

    def answer(self, line: str) -> Answer:
        """Carry out one request."""
        try:
            request = json.loads(line)
            act = self._acts.get(request["do"])
            if act is None:
                raise Invalid("unknown-request", f"{request['do']!r} is not one of {', '.join(sorted(self._acts))}")
            return act(request)
        except FsplugError as error:
            return {"error": error.code, "text": error.text}
        except (KeyError, TypeError, ValueError) as error:
            return {"error": "bad-request", "text": f"{type(error).__name__}: {error}"}

    def _serve(self, sock: socket.socket, address: object) -> None:
        with sock, sock.makefile("r") as lines:
            for line in lines:
                sock.sendall(json.dumps(self.answer(line)).encode() + b"\n")

    def _call(self, request: Request) -> Call:
        return self._switch.call(str(request["call"]))

    def _tell(self, call: Call) -> Answer:
        partner = call.callee
        return {
            "call": call.uuid,
            "callee": partner.uuid if partner else None,
            "answered": call.leg.answered,
            "cause": call.cause,
            "ended": call.ended,
            "bridges": call.bridges,
            "up_seconds": call.up_seconds,
        }

    def _place(self, request: Request) -> Call:
        order = {name: value for name, value in request.items() if name != "do"}
        order["steps"] = [Step(**step) for step in order.get("steps", ())]
        return self._switch.place(**order)

    def _wait(self, request: Request) -> Answer:
        call = self._call(request)
        call.wait(float(request.get("seconds", 30)))
        return self._tell(call)

    def _wait_bridged(self, request: Request) -> Answer:
        call = self._call(request)
        call.wait_bridged(float(request.get("seconds", 30)))
        return self._tell(call)

    def _deaf(self, request: Request) -> Answer:
        """Whether the leg's person hears silence by command (uuid_audio), or is there no more."""
        channel = self._switch.core.channels.get(str(request["leg"]))
        return {"deaf": channel is None or channel.deaf}

    def _answers(self, request: Request) -> Answer:
        """Set how phones behave from now on, unless a call's own order sets it."""
        self._switch.core.answers = dict(request["phones"])
        return {}

    def _asserted(self, request: Request) -> Answer:
        """Set the numbers that phones assert as they answer, from now on."""
        self._switch.core.asserted = dict(request["phones"])
        return {}

    def _keys(self, request: Request) -> Answer:
        """Set which key is pressed on which phone where the switch asks for one, from now on."""
        self._switch.core.keys = dict(request["phones"])
        return {}

    def _answer(self, request: Request) -> Answer:
        call = self._call(request)
        call.answer()
        return self._tell(call)

    def _hang_up(self, request: Request) -> Answer:
        call = self._call(request)
        call.hang_up(request.get("by", CALLER), request.get("cause", "NORMAL_CLEARING"))
        return self._tell(call)

    def _vanish(self, request: Request) -> Answer:
        call = self._call(request)
        call.vanish(request.get("by", CALLER))
        return self._tell(call)

    def _codec(self, request: Request) -> Answer:
        call = self._call(request)
        call.set_rate(request["rate"], request.get("by", CALLEE))
        return self._tell(call)

    def _hold(self, request: Request) -> Answer:
        call = self._call(request)
        call.hold(request.get("by", CALLEE), request.get("held", True))
        return self._tell(call)

    def _update(self, request: Request) -> Answer:
        call = self._call(request)
        call.update(request["number"], request.get("by", CALLEE))
        return self._tell(call)

    def _transfer(self, request: Request) -> Answer:
        call = self._call(request)
        call.blind_transfer(request["to"], request.get("by", CALLEE), request.get("context", ""))
        return self._tell(call)

    def _attended_transfer(self, request: Request) -> Answer:
        call = self._call(request)
        call.attended_transfer(self._switch.call(request["consultation"]), request.get("by", CALLEE))
        return self._tell(call)

    def _load(self, request: Request) -> Answer:
        """Start the load; `stats` reports its progress."""
        orders = [{"do": "place", **order} for order in request["orders"]]
        core = self._switch.core
        rate, seconds = float(request["rate"]), float(request["seconds"])
        core.spawn(generate, core, self._place, rate, seconds, orders, request.get("at_once"))
        return {"calls": round(request["rate"] * request["seconds"])}

    def _misbehave(self, request: Request) -> Answer:
        self._switch.misbehaviour.change(**{name: value for name, value in request.items() if name != "do"})
        return {}

    def _behave(self, request: Request) -> Answer:
        self._switch.misbehaviour.reset()
        return {}

    def _parse_all_headers(self, request: Request) -> Answer:
        """Set the SIP profiles' parameter parse-all-invite-headers, for the calls from now on."""
        self._switch.core.parse_all_headers = bool(request["on"])
        return {}

    def _inject(self, request: Request) -> Answer:
        self._switch.inject(request["fault"])
        return {}

    def _hang_up_all(self, request: Request) -> Answer:
        self._switch.hang_up_all(request.get("cause", "MANAGER_REQUEST"))
        return {}

    def _reset_stats(self, request: Request) -> Answer:
        self._switch.core.counters = Counters()
        return {}

    def _restart(self, request: Request) -> Answer:
        self._switch.restart()
        return {}

    def _abandon(self, request: Request) -> Answer:
        self._switch.abandon()
        return {}

    def _stop(self, request: Request) -> Answer:
        self.stopped.set()
        return {}
