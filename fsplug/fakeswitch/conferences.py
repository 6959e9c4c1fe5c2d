"""Conferences of the fake switch, as in mod_conference 1.11.1: no bridge, and an event when a leg comes or goes."""

import json
from dataclasses import dataclass, field
from uuid import uuid4

from fsplug.fakeswitch.channel import Channel
from fsplug.fakeswitch.core import Api, Core
from fsplug.fakeswitch.lifecycle import answer, pause

EVENTS = "conference::maintenance"


@dataclass(slots=True)
class Conference:
    """A conference, and the legs in it, the first comer first."""

    name: str
    uuid: str = field(default_factory=lambda: str(uuid4()))
    members: list[Channel] = field(default_factory=list)
    came: int = 0


def conference(core: Core, channel: Channel, data: str) -> None:
    """The application, `NAME[@PROFILE]`: stay until the leg is hung up or ordered elsewhere."""
    answer(core, channel)
    channel.app_log.append(("conference", data, core.clock.micros()))
    name = data.partition("@")[0]
    meeting = _known(core, name)
    meeting.came += 1
    channel.set("conference_name", name)
    channel.set("conference_member_id", str(meeting.came))
    channel.set("conference_uuid", meeting.uuid)
    _change(core, meeting, [*meeting.members, channel])
    _announce(core, channel, meeting, "add-member")
    pause(core, channel)
    _change(core, meeting, [one for one in meeting.members if one is not channel])
    _announce(core, channel, meeting, "del-member")
    if not meeting.members:
        core.conferences.pop(name, None)


def conference_api(core: Core, argument: str) -> str:
    """`json_list`."""
    if argument.strip() != "json_list":
        return "-ERR only json_list is known here\n"
    return json.dumps([_listed(one) for one in core.conferences.values()]) + "\n"


def _known(core: Core, name: str) -> Conference:
    meeting = core.conferences.get(name)
    if meeting is None:
        meeting = core.conferences[name] = Conference(name)
    return meeting


def _change(core: Core, meeting: Conference, members: list[Channel]) -> None:
    """Everything said until now goes to those who were there."""
    core.recorder.catch_up(*meeting.members)
    for one in {*meeting.members, *members}:
        one.company = tuple(other for other in members if other is not one) if one in members else ()
    meeting.members = members


def _announce(core: Core, channel: Channel, meeting: Conference, action: str) -> None:
    first = [
        ("Event-Subclass", EVENTS),
        ("Conference-Name", meeting.name),
        ("Conference-Size", str(len(meeting.members))),
        ("Conference-Profile-Name", "default"),
        ("Conference-Unique-ID", meeting.uuid),
    ]
    member = channel.variables.get("conference_member_id") or ""
    core.bus.emit("CUSTOM", channel, [("Member-ID", member), ("Action", action)], first=first)


def _listed(meeting: Conference) -> dict[str, object]:
    members = [{"type": "caller", "uuid": one.uuid} for one in reversed(meeting.members)]
    return {
        "conference_name": meeting.name,
        "member_count": len(members),
        "conference_uuid": meeting.uuid,
        "members": members,
    }


CONFERENCE_APIS: dict[str, Api] = {"conference": conference_api}
