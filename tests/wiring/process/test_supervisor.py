"""The supervisor and the dead man's handle, as processes of their own."""

import os
import signal
import subprocess
import sys

import pytest

from fsplug.wiring.process.supervisor import EXIT_HOPELESS

# What the server does is put in; with `say` it tells its process id on a line of its own.
PROGRAM = """
import os, signal, sys, time
from fsplug.wiring.process import supervisor
from fsplug.wiring.process.deadman import DeadMan
from fsplug.wiring.process.supervisor import Part, Supervisor

def say():
    print(os.getpid(), flush=True)

def serve():
    {act}

{house}
sys.exit(Supervisor([Part("calls", serve)]).run())
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
LONG_TO_START_AGAIN = "supervisor.RESTART_SECONDS = supervisor.MOST_RESTART_SECONDS = 60.0"


@pytest.fixture
def start():
    started = []

    def start_program(act, house=""):
        command = [sys.executable, "-c", PROGRAM.format(act=act, house=house)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start_program
    for process in started:
        process.kill()
        process.wait(10)
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


@pytest.mark.parametrize("house", ["", SLOW_TO_GO_ON], ids=["settled", "just-started"])
def test_sigterm_ends_both_and_counts_as_well_done(start, house):
    process = start(UNTIL_TOLD, house)
    server = server_of(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert process.stdout.readline() == "", f"{server} still has it open"


def test_sigterm_while_no_server_runs_starts_none_again(start):
    process = start("say(); raise RuntimeError", LONG_TO_START_AGAIN)
    server_of(process)
    while "starting it again" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert process.stdout.readline() == ""


def test_a_server_that_says_it_is_hopeless_is_not_started_again(start):
    process = start(f"say(); return {EXIT_HOPELESS}")
    assert process.wait(10) == EXIT_HOPELESS
    assert len(process.stdout.readlines()) == 1


def test_one_kill_of_the_supervisor_ends_the_server_too(start):
    process = start(LIVE)
    server_of(process)
    process.kill()
    process.wait(10)
    # The server holds the other end of this pipe: it closes with the server.
    assert process.stdout.readline() == ""


@pytest.mark.skipif(sys.platform != "linux", reason="the dead man's handle is Linux's timer_create")
def test_a_server_that_is_frozen_is_ended_by_the_kernel_and_started_again(start):
    process = start("d = DeadMan(0.5).__enter__(); say(); any(d.hold() or time.sleep(0.05) for _ in iter(int, 1))")
    first = server_of(process)
    os.kill(first, signal.SIGSTOP)
    assert server_of(process) != first


@pytest.mark.skipif(sys.platform != "linux", reason="the dead man's handle is Linux's timer_create")
def test_a_server_whose_loop_stands_still_is_ended_too(start):
    process = start("d = DeadMan(0.3).__enter__(); say(); signal.pause()")
    assert server_of(process) != server_of(process)
