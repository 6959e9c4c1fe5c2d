"""`fsplug call`: calls, and what was decided in them."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import click

from fsplug.cli.calls import live_calls, words
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import ListOptions, find, first, in_some_company, listing_options, more
from fsplug.cli.kernel.output import sheet, table, when
from fsplug.cli.kernel.rules import CHECKED, RECORDINGS, CommandRule, check_self
from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need, check_own
from fsplug.policy.recording.control import Act
from fsplug.policy.recording.withdrawal import WITHDRAW
from fsplug.store.calls import calls, decisions
from fsplug.store.calls.calls import Call
from fsplug.store.calls.conversation_access import took_part
from fsplug.store.calls.decisions import Decision
from fsplug.store.config import actors
from fsplug.store.db.database import Store

Facts = dict[str, Any]
_DECISION = (
    *("record", "rule", "reason", "user", "group", "direction"),
    *("caller", "answerer", "version", "recording", "at"),
)


@click.group(cls=NounGroup)
def call() -> None:
    """Calls and the decisions made in them."""


@call.command(name="list", rule=RECORDINGS)
@listing_options
@click.option("--watch", is_flag=True, help="Show who is in a call now, and every change, until Ctrl-C.")
@click.option(
    "--as", "viewer", metavar="USERNAME", help="With --watch: show for each call whether this user may listen in."
)
@pass_invocation
def list_(invocation: Invocation, options: ListOptions, watch: bool, viewer: str | None) -> None:
    """List calls, newest first, with their decisions."""
    if watch:
        if invocation.actor is not None:
            check_self(invocation.actor, options.company, viewer)
            viewer = invocation.actor.name
        live_calls.watch(invocation, options.company, viewer)
        return
    with invocation.store() as store:
        found, cut = first(find(store, options, calls.listed), options.limit)
        facts = [_call_facts(one, made) for one, made in _with_decisions(store, found)]
    titles = ("call", "started", "company", "direction", "group", "caller", "called", "ended", "decisions")
    empty = ["no calls; a call is listed once the dialplan's socket action has reached fsplug serve"]
    lines = table(titles, map(_row, facts)) if facts else empty
    invocation.print(facts, *lines, *([more(options.limit)] if cut else []))


@call.command(rule=CommandRule(Need.RECORDINGS, own=CHECKED))
@click.argument("call", metavar="CALL")
@click.option("--company", metavar="DOMAIN", help="Only a call of this company.")
@pass_invocation
def show(invocation: Invocation, call: str, company: str | None) -> None:
    """Show one call, by the uuid of its first leg, and everything decided in it."""
    with invocation.store() as store:
        found = in_some_company(store, company, partial(_get, store, call))
        if found is None:
            raise Invalid("unknown-call", f"there is no call {call}; see: fsplug call list", call=call)
        [(_, made)] = _with_decisions(store, [found])
        if invocation.actor is not None:
            theirs = [invocation.actor.name] if took_part(invocation.actor, made) else []
            check_own(invocation.actor, Need.RECORDINGS, found.company, theirs)
    facts = _call_facts(found, made)
    shown = {**facts, **{name: when(facts[name]) for name in ("started_at", "answered_at", "ended_at")}}
    invocation.print(facts, *sheet({n: v for n, v in shown.items() if n != "decisions"}), "", *_decision_lines(facts))


@call.command(rule=CommandRule(Need.PEOPLE, None, itself=True))
@click.argument("call", metavar="CALL")
@click.argument("act", type=click.Choice([*map(str, Act), WITHDRAW]))
@click.option("--company", metavar="DOMAIN", help="The company of the call.")
@click.option("--as", "user", metavar="USERNAME", help="The user who does it: the one who is recorded.")
@pass_invocation
def control(invocation: Invocation, call: str, act: str, company: str | None, user: str | None) -> None:
    """Start, keep, pause, resume or stop the recording of a call in progress, or withdraw the other party's consent.

    CALL is the uuid of the call's first leg, or the conversation's id. During a pause, listeners do not hear the call;
    a pause ends by itself after a minute. Withdrawing the consent stops and destroys the recordings of this call.
    """
    if invocation.acting is not None:
        with invocation.store() as store:
            actor = actors.named(store, invocation.acting, company)
        check_self(actor, company, user)
        company, user = actor.company, actor.name
    if not (company and user):
        raise click.UsageError("give --company and --as")
    from fsplug.wiring.channel.client import answer
    from fsplug.wiring.channel.messages import AskControl

    done = answer(invocation.folder, AskControl(company, user, call, act))
    said = {str(Act.START): "started", str(Act.KEEP): "kept", str(Act.STOP): "stopped"}
    said[WITHDRAW] = "withdrawn; the recordings of the call are destroyed"
    if act == Act.PAUSE:
        invocation.print(done, f"paused until {when(done['until'])}")
    elif act == Act.RESUME:
        invocation.print(done, "still paused by somebody else" if done["paused"] else "goes on")
    else:
        invocation.print(done, said[act])


def _get(store: Store, call: str, domain: str) -> Call | None:
    return calls.get(store, domain, call)


def _with_decisions(store: Store, found: list[Call]) -> Iterator[tuple[Call, list[Decision]]]:
    made = decisions.of_companies(store, [(one.company, one.id) for one in found])
    return ((one, made[one.company, one.id]) for one in found)


def _call_facts(call: Call, made: Iterable[Decision]) -> Facts:
    return {
        "call": call.id,
        "conversation": call.conversation or call.id,
        "company": call.company,
        "switch": call.switch,
        "direction": call.direction,
        "group": call.group,
        "caller": call.caller,
        "called": call.called,
        "started_at": call.started_at,
        "answered_at": call.answered_at,
        "ended_at": call.ended_at,
        "cause": call.cause,
        "version": call.version,
        "decisions": [_decision_facts(one) for one in made],
    }


def _decision_facts(decision: Decision) -> Facts:
    named = {name: getattr(decision, name) for name in _DECISION}
    return {
        "decision": decision.id,
        **named,
        "on_demand": decision.waits,
        "picked_up_by": decision.inputs.get("picked_up_by") or None,
    }


def _row(call: Facts) -> tuple[object, ...]:
    ended = call["cause"] if call["ended_at"] else "goes on"
    decided = ", ".join(f"{one['rule']}: {words.outcome(one['record'], one['on_demand'])}" for one in call["decisions"])
    named = (call[name] for name in ("company", "direction", "group", "caller", "called"))
    return (call["call"], when(call["started_at"]), *named, ended, decided)


def _decision_lines(call: Facts) -> list[str]:
    if not call["decisions"]:
        return ["nobody has talked, so nothing was decided"]
    rows = [
        (
            when(one["at"]),
            words.outcome(one["record"], one["on_demand"]),
            one["rule"],
            words.reason(one["reason"], **one),
            one["picked_up_by"],
            one["recording"],
        )
        for one in call["decisions"]
    ]
    return table(("decided", "verdict", "rule", "reason", "picked up by", "recording"), rows)
