"""The module that FreeSWITCH's mod_python3 loads, for `python fsplug.modpython WORDS` in fs_cli and in the dialplan.

mod_python3 runs this file again at every call; imported modules stay loaded until the switch restarts.
"""

from typing import Any

from fsplug import modpython_client


def fsapi(session: Any, stream: Any, env: Any, args: str) -> None:
    """Print fsplug's answer to these words: status, verdict COMPANY FROM TO [GROUP], calls."""
    stream.write(modpython_client.answer_to(args))


def handler(session: Any, args: str) -> None:
    """Arm the call of this session as the outbound socket does. If anything fails, the call goes on unchanged."""
    import freeswitch  # there only inside the switch

    modpython_client.arm(session, freeswitch.API().execute, freeswitch.consoleLog)
