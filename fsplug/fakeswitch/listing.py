"""The lists that `show` prints."""

import json
from datetime import UTC, datetime

from fsplug.fakeswitch.channel import Channel
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.events import HOSTNAME


def show(core: Core, argument: str) -> str:
    """`show channels|calls|bridged_calls [as json]`, and `show ... count`. Nobody signs in here."""
    what, _, form = argument.strip().partition(" ")
    if (what, form) == ("registrations", "as json"):
        return _as_json([])
    if what in ("channels", "calls", "bridged_calls", "detailed_calls"):
        rows = _channel_rows(core) if what == "channels" else _rows_shown(core, what)
        if form == "as json":
            return _as_json(rows)
        return f"\n{len(rows)} total.\n"
    return "-USAGE: show channels|calls|bridged_calls [as json]\n"


def keep_calls(core: Core) -> None:
    """The calls are about to change: keep how they were, if `show calls` is to be behind."""
    if core.misbehaviour.calls_behind_seconds:
        core.former_calls.append((core.clock.now(), _call_rows(core, bridged=False)))


def _rows_shown(core: Core, what: str) -> list[dict[str, str]]:
    if not core.misbehaviour.calls_behind_seconds:
        core.former_calls.clear()
    then = core.clock.now() - core.misbehaviour.calls_behind_seconds
    former = (rows for until, rows in core.former_calls if until > then)
    return next(former, None) or _call_rows(core, bridged=what == "bridged_calls")


def _as_json(rows: list[dict[str, str]]) -> str:
    if not rows:
        return '{"row_count": 0}\n'
    return json.dumps({"row_count": len(rows), "rows": rows}, separators=(",", ":"), ensure_ascii=False)


def _channel_rows(core: Core) -> list[dict[str, str]]:
    return [_row(channel) for channel in core.channels.values()]


def _call_rows(core: Core, bridged: bool) -> list[dict[str, str]]:
    rows = []
    for channel in core.channels.values():
        partner = channel.partner
        leads = partner is not None and partner.driver is channel
        if leads or (partner is None and not bridged):
            second = {f"b_{name}": value for name, value in (_row(partner) if partner else {}).items()}
            rows.append({**_row(channel), **second, "b_uuid": partner.uuid if partner else ""})
    return rows


def _row(channel: Channel) -> dict[str, str]:
    created = channel.times.created // 1_000_000
    profile = channel.profile
    codec = {"codec": "PCMA", "rate": "8000", "bit_rate": "64000"}
    return {
        "uuid": channel.uuid,
        "direction": channel.direction,
        "created": f"{datetime.fromtimestamp(created, UTC):%Y-%m-%d %H:%M:%S}",
        "created_epoch": str(created),
        "name": channel.name,
        "state": channel.state,
        "cid_name": profile.caller_name,
        "cid_num": profile.caller_number,
        "ip_addr": profile.network_addr,
        "dest": profile.destination,
        "application": channel.application,
        "application_data": channel.application_data,
        "dialplan": "XML",
        "context": profile.context,
        **{f"{way}_{name}": value for way in ("read", "write") for name, value in codec.items()},
        "secure": "",
        "hostname": HOSTNAME,
        "presence_id": "",
        "presence_data": "",
        "accountcode": "",
        "callstate": channel.call_state,
        "callee_name": profile.callee_name,
        "callee_num": profile.callee_number,
        "callee_direction": "SEND" if channel.partner else "",
        "call_uuid": (channel.call_uuid or channel.uuid) if channel.partner else "",
        "sent_callee_name": profile.callee_name,
        "sent_callee_num": profile.callee_number,
        "initial_cid_name": profile.caller_name,
        "initial_cid_num": profile.caller_number,
        "initial_ip_addr": profile.network_addr,
        "initial_dest": profile.destination,
        "initial_dialplan": "XML",
        "initial_context": profile.context,
    }
