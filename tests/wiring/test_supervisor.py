"""The supervisor and the dead man's handle, as processes of their own."""

import os
import signal
import subprocess
import sys

import pytest

from fsplug.wiring.supervisor import EXIT_HOPELESS

# What the server does is put in; with `say` it tells its process id on a line of its own.
PROGRAM = """
import os, signal, sys, time
from fsplug.wiring.deadman import DeadMan
from fsplug.wiring.supervisor import Supervisor

def say():
    print(os.getpid(), flush=True)

def serve():
    {act}

sys.exit(Supervisor(serve).run())
"""
LIVE = "say(); signal.pause()"


@pytest.fixture
def start():
    started = []

    def start_program(act):
        process = subprocess.Popen([sys.executable, "-c", PROGRAM.format(act=act)], stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start_program
    for process in started:
        process.kill()
        process.wait(10)
        process.stdout.close()


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


def test_sigterm_ends_both_and_counts_as_well_done(start):
    process = start("signal.signal(signal.SIGTERM, lambda *_: os._exit(0)); say(); signal.pause()")
    server_of(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


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
