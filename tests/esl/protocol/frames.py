"""Frames as the switch sends them."""

from fsplug.esl.protocol.wire import plain_event

CONNECT_REPLY = plain_event(
    {
        "Event-Name": "CHANNEL_DATA",
        "Unique-ID": "a-leg",
        "Caller-Caller-ID-Name": "Bo: 100% <bo@acme.example>\nForged: yes",
        "Content-Type": "command/reply",
        "Reply-Text": "+OK\n",
    }
)
ANSWER = plain_event({"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "b-leg"})
JOB = plain_event({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "7"}, b"+OK\n\nEvent-Name: forged\n\n")


def frame(content_type: bytes, body: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: %b\n\n%b" % (len(body), content_type, body)
