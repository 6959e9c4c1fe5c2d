"""What FreeSWITCH's mod_python3 loads: `python fsplug.modpython WORDS` for fs_cli, and the same for the dialplan.

mod_python3 runs this file anew at every call; what it imports stays loaded until the switch restarts.
"""

from typing import Any

from fsplug import modpython_client


def fsapi(session: Any, stream: Any, env: Any, args: str) -> None:
    """Print what fsplug says to these words: status, verdict COMPANY FROM TO [GROUP], calls."""
    stream.write(modpython_client.told(args))


def handler(session: Any, args: str) -> None:
    """Arm the call of this session as the outbound socket does. Whatever fails, the call goes on as it is."""
    import freeswitch  # there only inside the switch

    modpython_client.arm(session, freeswitch.API().execute, freeswitch.consoleLog)
