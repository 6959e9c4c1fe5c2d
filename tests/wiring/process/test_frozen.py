"""A server that freezes is replaced, with its listening sockets; one that is starved is left alone."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from fsplug.lab.freeswitch import wait_for

# What the server does is put in. It says its process id when it serves; each line that it gets by a connection is
# answered with that.
PROGRAM = """
import os, signal, socket, sys, threading, time
from fsplug.wiring.process import life
from fsplug.wiring.process.child import ServicePart
from fsplug.wiring.process.supervisor import Supervisor

def say(*words):
    os.write(1, (" ".join(map(str, words)) + chr(10)).encode())

def answer(listener):
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(str(os.getpid()).encode())

def serve(line):
    sockets = line.wait_for_turn()
    listener = socket.socket(fileno=sockets["calls"]) if sockets else socket.create_server(("127.0.0.1", 0))
    line.serving({{"calls": listener.fileno()}})
    say(os.getpid(), listener.getsockname()[1])
    {act}

life.SPARE_SECONDS = 0.0
parts = [ServicePart("calls", serve, patience_seconds=0.5, has_spare=True)]
sys.exit(Supervisor(parts).run())
"""
SERVE = """threading.Thread(target=answer, args=[listener], daemon=True).start()
    while True:
        line.pulse.give()
        time.sleep(0.05)"""
FREEZES = {
    "blocked in a system call": "line.pulse.give(); signal.pause()",
    "waiting for a lock": "line.pulse.give(); lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "in an endless loop": "line.pulse.give(); any(False for _ in iter(int, 1))",
    "in an endless loop of C": "line.pulse.give(); sum(iter(int, 1))",
}


@pytest.fixture
def start():
    started = []

    def start_program(act):
        command = [sys.executable, "-c", PROGRAM.format(act=act)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start_program
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def serving(process):
    """The process id of the server that now serves, and its port."""
    server, port = map(int, process.stdout.readline().split())
    return server, port


def asked(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        return int(connection.recv(100))


def spare_of(process):
    """The process id of the one that waits for its turn; 0 while there is none that is ready."""
    with open(f"/proc/{process.pid}/task/{process.pid}/children") as found:
        children = found.read().split()
    return next((int(one) for one in children if name_of(one) == "fsplug-spare"), 0)


def name_of(pid):
    with open(f"/proc/{pid}/comm") as found:
        return found.read().strip()


def is_stopped(pid):
    threads = os.listdir(f"/proc/{pid}/task")
    return all(state_of(f"/proc/{pid}/task/{thread}/stat") == "T" for thread in threads)


def state_of(path):
    with open(path) as found:
        return found.read().rpartition(")")[2].split()[0]


@pytest.mark.parametrize("freeze", FREEZES)
def test_a_server_that_stands_still_by_its_own_fault_is_replaced(freeze, start):
    process = start(FREEZES[freeze])
    first, _ = serving(process)
    second, _ = serving(process)
    assert second != first


def test_a_stopped_server_is_replaced_by_the_one_that_waits_and_no_connection_is_refused(start):
    process = start(SERVE)
    first, port = serving(process)
    wait_for(lambda: spare_of(process), "another one to wait for its turn")
    assert asked(port) == first
    waits = spare_of(process)
    os.kill(first, signal.SIGSTOP)
    wait_for(lambda: is_stopped(first), "it to stop, all threads of it")
    # The kernel takes the connection for the stopped one; nobody accepts it until the next one serves.
    with socket.create_connection(("127.0.0.1", port)) as connection:
        assert serving(process) == (waits, port)
        assert int(connection.recv(100)) == waits
    wait_for(lambda: spare_of(process) not in (0, waits), "yet another one to wait for its turn")


def test_a_killed_server_that_nobody_waits_to_replace_leaves_no_caller_waiting(start):
    process = start(SERVE)
    first, port = serving(process)
    wait_for(lambda: spare_of(process), "another one to wait for its turn")
    os.kill(process.pid, signal.SIGSTOP)
    os.kill(spare_of(process), signal.SIGKILL)
    os.kill(first, signal.SIGKILL)
    os.kill(process.pid, signal.SIGCONT)
    second, _ = serving(process)
    with pytest.raises(ConnectionRefusedError):
        asked(port)
    assert second != first


def test_a_starved_server_is_left_alone(start):
    # It has what processors leave over, and each of its signs takes some work.
    process = start("""os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    while True:
        line.pulse.give()
        sum(range(1_000_000))""")
    server, _ = serving(process)
    os.sched_setaffinity(server, {min(os.sched_getaffinity(0))})
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        for one in busy:
            os.sched_setaffinity(one.pid, os.sched_getaffinity(server))
        begun = time.monotonic()
        wait_for(lambda: time.monotonic() - begun > 4.0, "the patience to be over several times")
        process.terminate()
        assert process.stdout.readline() == "", f"{server} was replaced"
    finally:
        for one in busy:
            one.kill()
            one.wait()
