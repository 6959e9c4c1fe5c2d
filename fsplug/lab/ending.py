"""A program that starts others, and is told to end, ends them too."""

import ctypes
import signal

_PR_SET_PDEATHSIG = 1


def end_in_good_order() -> None:
    """SIGTERM, and the closing of the terminal, end this program as Ctrl-C does: every `with` is left.

    Otherwise they leave behind each switch, server and phone that has a session of its own. What somebody has made of
    these signals before, such as nohup, stays.
    """
    for one in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(one) is signal.SIG_DFL:
            signal.signal(one, signal.default_int_handler)


def die_with_parent() -> None:
    """For `preexec_fn`: this process is killed when the thread that started it is gone, however that ended (prctl(2)).

    A parent that is told to end in the instant between the start and its own `try` knows nothing of its child.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
