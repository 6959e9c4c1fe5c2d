"""Programs of Python that tests start, each as where fsplug is installed with no extras."""

import sys

# Libraries look for these and load them. An fsplug that is installed with no extras has none of them: rich comes with
# the tools of development. To load them takes each process as long as a third of all the rest.
_NOT_INSTALLED = ("rich", "psycopg")
_RUN = """
import runpy, sys
sys.modules.update(dict.fromkeys({absent!r}))
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
"""


def program(module: str) -> list[str]:
    """The words that run a module as `python -m` does. What it keeps in a store it keeps in SQLite."""
    return [sys.executable, "-c", _RUN.format(absent=_NOT_INSTALLED, module=module)]
