"""FreeSWITCH's own client as the independent judge of the protocol."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

JUDGE = Path(__file__).with_name("judge.py")
# python-ESL builds in an environment of its own where this one can't have it.
INTERPRETER = os.environ.get("FSPLUG_ESL_PYTHON", sys.executable)


@pytest.fixture(scope="module")
def interpreter():
    tried = subprocess.run([INTERPRETER, "-c", "import ESL"], capture_output=True, text=True)
    if tried.returncode:
        reason = tried.stderr.strip().splitlines()[-1]
        pytest.skip(f"python-ESL can't be imported by {INTERPRETER} ({reason}); name another with FSPLUG_ESL_PYTHON")
    return INTERPRETER


def test_the_real_client_understands_the_fake_switch(start, interpreter):
    switch = start()
    call = switch.place("+4522334455", "1001", talk=None, caller_name="Ann Æble", variables={"colour": "deep blue"})
    call.wait_bridged()
    ended = subprocess.run(
        [interpreter, str(JUDGE), str(switch.port), call.uuid], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout)
    assert seen.pop("status").startswith("UP 0 years")
    assert seen.pop("job") == seen["job_answer"].pop(0)
    assert seen == {
        "connected": 1,
        "unknown": "-ERR nonsense Command not found!\n",
        "wrong_password": 0,
        "events": 0,
        "job_answer": ["hello"],
        "Unique-ID": call.uuid,
        "Hangup-Cause": "NORMAL_CLEARING",
        "Caller-Caller-ID-Name": "Ann Æble",
        "variable_colour": "deep blue",
        "Answer-State": "hangup",
        "disconnected": 0,
    }
