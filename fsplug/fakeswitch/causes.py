"""The hangup causes the fake switch gives, and their Q.850 numbers as in FreeSWITCH's switch_channel.c."""

Q850 = {
    "NONE": 0,
    "UNALLOCATED_NUMBER": 1,
    "NO_ROUTE_DESTINATION": 3,
    "NORMAL_CLEARING": 16,
    "USER_BUSY": 17,
    "NO_USER_RESPONSE": 18,
    "NO_ANSWER": 19,
    "SUBSCRIBER_ABSENT": 20,
    "CALL_REJECTED": 21,
    "DESTINATION_OUT_OF_ORDER": 27,
    "NORMAL_TEMPORARY_FAILURE": 41,
    "REQUESTED_CHAN_UNAVAIL": 44,
    "INCOMPATIBLE_DESTINATION": 88,
    "MANDATORY_IE_MISSING": 96,
    "INVALID_GATEWAY": 608,
    "ORIGINATOR_CANCEL": 487,
    "LOSE_RACE": 502,
    "MEDIA_TIMEOUT": 804,
    "USER_NOT_REGISTERED": 606,
    "MANAGER_REQUEST": 503,
    "BLIND_TRANSFER": 600,
    "ATTENDED_TRANSFER": 601,
}

DIAL_STATUS = {
    "SUCCESS": "SUCCESS",
    "USER_BUSY": "BUSY",
    "NO_ANSWER": "NOANSWER",
    "ORIGINATOR_CANCEL": "CANCEL",
    "CALL_REJECTED": "CALL_REJECTED",
}


def known(cause: str) -> str:
    """The cause itself, or FreeSWITCH's replacement for an unknown cause."""
    return cause if cause in Q850 else "NORMAL_CLEARING"
