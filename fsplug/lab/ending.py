"""A program that starts others, and is told to end, ends them too."""

import signal


def end_in_good_order() -> None:
    """SIGTERM, and the closing of the terminal, end this program as Ctrl-C does: every `with` is left.

    Otherwise they leave behind each switch, server and phone that has a session of its own. What somebody has made of
    these signals before, such as nohup, stays.
    """
    for one in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(one) is signal.SIG_DFL:
            signal.signal(one, signal.default_int_handler)
