"""Run by an interpreter that has python-ESL, FreeSWITCH's own client: drives a fake switch and prints what it saw.

It blocks, so it is a process of its own. Prints one JSON document.
"""

import json
import sys

import ESL


def main(port: int, outbound_uuid: str) -> None:
    link = ESL.ESLconnection("127.0.0.1", str(port), "ClueCon")
    seen = {
        "connected": link.connected(),
        "status": link.api("status").getBody(),
        "unknown": link.api("nonsense").getBody(),
        "wrong_password": ESL.ESLconnection("127.0.0.1", str(port), "wrong").connected(),
    }
    seen["events"] = link.events("plain", "CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE BACKGROUND_JOB")
    seen["job"] = link.bgapi("echo", "hello").getHeader("Job-UUID")
    job = next_event(link, "BACKGROUND_JOB")
    seen["job_answer"] = [job.getHeader("Job-UUID"), job.getBody()]
    link.api("uuid_kill", outbound_uuid)
    over = next_event(link, "CHANNEL_HANGUP_COMPLETE", outbound_uuid)
    for name in ("Unique-ID", "Hangup-Cause", "Caller-Caller-ID-Name", "variable_colour", "Answer-State"):
        seen[name] = over.getHeader(name)
    seen["disconnected"] = link.disconnect()
    print(json.dumps(seen))


def next_event(link: "ESL.ESLconnection", name: str, uuid: str = "") -> "ESL.ESLevent":
    for _ in range(200):
        event = link.recvEventTimed(100)
        if event and event.getHeader("Event-Name") == name and uuid in ("", event.getHeader("Unique-ID")):
            return event
    raise SystemExit(f"no {name}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
