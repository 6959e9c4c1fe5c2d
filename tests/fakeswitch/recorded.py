"""Calls of the fake switch that are recorded, and what is in their files."""

import wave
from array import array
from itertools import dropwhile, pairwise

from fsplug.fakeswitch.audio import RATE

TALK_SECONDS = 2.0


def record(path, **variables):
    """What arms a leg to record there."""
    settings = "%2C".join(f"{name}%3D{value}" for name, value in variables.items())
    return {"arm": f"record_session {path}" + (f" {{{settings}}}" if settings else "")}


def recorded(switch, client, path, **variables):
    """A call of TALK_SECONDS recorded on the callee's leg; its RECORD_STOP."""
    call = switch.place("+4522334455", "1001", talk=TALK_SECONDS, variables=record(path, **variables))
    call.wait()
    return client.event("RECORD_STOP")


def let_them_talk(switch, seconds):
    """So much of the switch's time goes by."""
    switch.core.clock.sleep(seconds)


def samples_of(path):
    """The channels of a recording, each a list of samples."""
    with wave.open(str(path)) as file:
        samples = array("h", file.readframes(file.getnframes()))
        return [samples[channel :: file.getnchannels()] for channel in range(file.getnchannels())]


def pitch(samples):
    """Hertz, by counting how often a tone rises through zero, from where it is first heard: a leg that is recorded from
    its answer on hears its partner once the switch, busy or not, has bridged them.
    """
    heard = list(dropwhile(lambda sample: sample == 0, samples))
    rises = sum(1 for before, after in pairwise(heard) if before < 0 <= after)
    return rises * RATE / len(heard)
