"""The supervisor, its parts and the dead man's handle, as processes of their own."""

import os
import signal
import subprocess
import sys

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.wiring.process.life import EXIT_HOPELESS

# What the server does is put in; with `say` it tells its process id on a line of its own.
PROGRAM = """
import os, signal, sys, time
from fsplug.wiring.process import life
from fsplug.wiring.process.child import ServicePart
from fsplug.wiring.process.supervisor import Supervisor

def say():
    print(os.getpid(), flush=True)

def serve(line):
    {act}

{setting}
sys.exit(Supervisor([ServicePart("calls", serve, patience_seconds=0.5)]).run())
"""
LIVE = "say(); signal.pause()"
UNTIL_TOLD = "signal.pthread_sigmask(signal.SIG_BLOCK, [15]); say(); signal.sigwait([15]); return 0"
# The server is there some time before its supervisor goes on.
SLOW_TO_GO_ON = """
fork = os.fork
def slowly():
    pid = fork()
    if pid:
        time.sleep(0.5)
    return pid
os.fork = slowly
"""
LONG_TO_START_AGAIN = "life.RESTART_SECONDS = life.MOST_RESTART_SECONDS = 60.0"


@pytest.fixture
def start():
    started = []

    def start_program(act, setting="", program=None):
        command = [sys.executable, "-c", program or PROGRAM.format(act=act, setting=setting)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start_program
    for process in started:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        process.stdout.close()
        process.stderr.close()


def server_of(process):
    return int(process.stdout.readline())


def test_a_server_that_is_killed_is_started_again(start):
    process = start(LIVE)
    first = server_of(process)
    os.kill(first, signal.SIGKILL)
    assert server_of(process) != first


def test_a_server_that_crashes_is_started_again(start):
    process = start("say(); raise RuntimeError")
    assert server_of(process) != server_of(process)


@pytest.mark.parametrize("setting", ["", SLOW_TO_GO_ON], ids=["settled", "just-started"])
def test_sigterm_ends_both_and_counts_as_well_done(start, setting):
    process = start(UNTIL_TOLD, setting)
    server = server_of(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == 0
    assert process.stdout.readline() == "", f"{server} still has it open"


def test_sigterm_while_no_server_runs_starts_none_again(start):
    process = start("say(); raise RuntimeError", LONG_TO_START_AGAIN)
    server_of(process)
    while "restarting it" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == 0
    assert process.stdout.readline() == ""


def test_a_server_that_says_it_is_hopeless_is_not_started_again(start):
    process = start(f"say(); return {EXIT_HOPELESS}")
    assert process.wait(PATIENCE_SECONDS) == EXIT_HOPELESS
    assert len(process.stdout.readlines()) == 1


def test_one_kill_of_the_supervisor_ends_the_server_too(start):
    process = start(LIVE)
    server_of(process)
    process.kill()
    process.wait(PATIENCE_SECONDS)
    # The server holds the other end of this pipe: it closes with the server.
    assert process.stdout.readline() == ""


# Each tells its name and process id when it begins, and its name when it is told to end.
TWO = """
import os, signal, sys
from fsplug.wiring.process import life, supervisor
from fsplug.wiring.process.child import ServicePart
from fsplug.wiring.process.supervisor import Supervisor

def say(*words):
    os.write(1, (" ".join(map(str, words)) + chr(10)).encode())

def live(name, code=0):
    signal.pthread_sigmask(signal.SIG_BLOCK, [15])
    say(name, os.getpid())
    signal.sigwait([15])
    say(name, "ends")
    return code

def people(line):
    {people}

{setting}
parts = [ServicePart("calls", lambda line: live("calls")), ServicePart("people", people, is_vital=False, niceness=10)]
sys.exit(Supervisor(parts, restarts={restarts}).run())
"""


@pytest.fixture
def start_two(start):
    def start_both(people='return live("people")', setting="", restarts=True):
        return start("", program=TWO.format(people=people, setting=setting, restarts=restarts))

    return start_both


def both_of(process):
    """The two process ids, by name, as soon as both are there."""
    found = dict(process.stdout.readline().split() for _ in range(2))
    return {name: int(pid) for name, pid in found.items()}


@pytest.mark.parametrize("killed", ["calls", "people"])
def test_one_that_is_killed_is_started_again_and_the_other_goes_on(start_two, killed):
    process = start_two()
    first = both_of(process)
    os.kill(first[killed], signal.SIGKILL)
    name, pid = process.stdout.readline().split()
    assert name == killed and int(pid) != first[killed]
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert process.stdout.read().split("\n") == ["people ends", "calls ends", ""], "the other one is still the first"


def test_sigterm_ends_people_first_and_then_calls(start_two):
    process = start_two()
    both_of(process)
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert process.stdout.read().split("\n") == ["people ends", "calls ends", ""]


def test_a_frozen_process_for_people_keeps_calls_from_ending_for_a_moment_only(start_two):
    process = start_two(setting="supervisor.END_SECONDS = 0.1")
    os.kill(both_of(process)["people"], signal.SIGSTOP)
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert process.stdout.read() == "calls ends\n"


@pytest.mark.parametrize("code", [0, 2, EXIT_HOPELESS])
def test_calls_go_on_whatever_the_people_s_process_ends_with(start_two, code):
    process = start_two(f'say("people", os.getpid()); return {code}', setting="life.HOPELESS_SECONDS = 0.1")
    both_of(process)
    for _ in range(2):
        assert process.stdout.readline().startswith("people")
    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert "calls ends\n" in process.stdout.read()


def test_calls_go_before_people_on_a_busy_processor(start_two):
    both = both_of(start_two())
    calls, people = (os.getpriority(os.PRIO_PROCESS, both[name]) for name in ("calls", "people"))
    # No process is nicer than 19, and the tests may be nice themselves.
    assert people == min(19, calls + 10)


def test_the_service_ends_with_the_first_death_where_something_else_starts_it_again(start_two):
    process = start_two(restarts=False)
    os.kill(both_of(process)["people"], signal.SIGKILL)
    assert process.wait(PATIENCE_SECONDS) == 1
    assert process.stdout.read() == "calls ends\n"
