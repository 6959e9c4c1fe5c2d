"""Reading a call flow as a table."""

# Left out of the tables: events of states and applications, between the events that matter.
UNTOLD = ("CHANNEL_STATE", "CHANNEL_CALLSTATE", "CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE", "CALL_UPDATE")
UNTOLD += ("CHANNEL_OUTGOING", "CHANNEL_ORIGINATE", "CHANNEL_DESTROY", "MEDIA_BUG_START", "MEDIA_BUG_STOP")


def reported(client, *legs):
    """The events so far as lines `LEG EVENT`."""
    client.catch_up()
    names = dict(zip(legs, "ABCDE", strict=False))
    return [
        f"{names.get(event.uuid, '?')} {event.name.removeprefix('CHANNEL_')}"
        for event in client.events
        if event.name not in UNTOLD
    ]


def until_gone(client, *uuids):
    client.wait(lambda: all(client.named("CHANNEL_DESTROY", uuid) for uuid in uuids), "end of the legs")


def table(text):
    return [line.strip() for line in text.strip().splitlines()]


def placed(switch, **order):
    call = switch.place("+4522334455", order.pop("destination", "1001"), **{"talk": None, **order})
    return call, call.wait_bridged()
