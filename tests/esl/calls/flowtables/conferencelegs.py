"""The legs of a conference, and how one goes on and ends.

A belongs to the customer, B to 1001 (Sales: no internal calls), C to 1003 (Support: all calls).
"""

from tests.esl.flows import Marks, customer
from tests.esl.story import ACME

ROOM, DIRECT = "+4570104001", "+4570101001"
DOCTOR, ANOTHER = "+4522334499", "+4522334466"
# The operator's extension marks the company; who the user is, signing in tells.
MARKS = {"Call-Direction": "inbound", "variable_fsplug_company": ACME}


def user(username: str) -> Marks:
    """The leg of a user who dialled the conference's number."""
    signed_in = {"variable_sip_auth_username": username, "variable_sip_auth_realm": ACME}
    return {**MARKS, **signed_in, "Caller-Caller-ID-Number": username, "Caller-Destination-Number": "4001"}


A, B, C = customer(ROOM), user("1001"), user("1003")

GOES_ON = """
    0.00  A  ANSWER
    0.00  C  ANSWER
    0.00  A  COMES    room
    0.00  C  COMES    room
    0.02  C  START
"""
ENDS = """
    9.00  C  STOP     success-silence
    9.00  C  GOES     room
    9.00  C  HANGUP   NORMAL_CLEARING
    9.10  A  GOES     room
    9.10  A  HANGUP   NORMAL_CLEARING
"""
