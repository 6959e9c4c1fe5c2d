"""Recordings that the switch has finished."""

from fsplug.store.calls import ledger
from fsplug.store.calls.entries import CallSeen, DecisionMade, RecordingStarted, RecordingStopped

ACME = "acme.example"
BEGAN = 1_800_000_000.0


def finished(store, recording="r1", talk_seconds=2.0, switch="switch", company=ACME, stop_cause="success-silence"):
    decision, call = f"d-{recording}", f"call-{recording}"
    decided = DecisionMade(
        decision, call, company, f"{call}:b:0", BEGAN, 1, "1001", "b", True, "department-policy", "box-ticked",
        "incoming", None, "", "", {}, recording, f"/spool/{recording}.wav",
    )  # fmt: skip
    ledger.apply(
        store,
        [
            CallSeen(call, company, switch, 1, "incoming", None, "", "", {}, BEGAN),
            decided,
            RecordingStarted(recording, company, "b", f"/spool/{recording}.wav", BEGAN),
            RecordingStopped(recording, BEGAN + 2, stop_cause, talk_seconds),
        ],
    )
