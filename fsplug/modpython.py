"""The module that FreeSWITCH's mod_python3 loads, for `python fsplug.modpython WORDS` in fs_cli and in the dialplan.

mod_python3 runs this file again at every call; imported modules stay loaded until the switch restarts.
"""

from typing import Any

from fsplug import modpython_client

# In the dialplan, after fsplug was asked and has not answered: `away FILE`.
_AWAY = "away "


def fsapi(session: Any, stream: Any, env: Any, args: str) -> None:
    """Print fsplug's answer to these words: status, verdict COMPANY FROM TO [GROUP], calls.

    `away FILE` is answered here: whether calls can be armed by this file while fsplug is away.
    """
    if args.startswith(_AWAY):
        from fsplug import modpython_away

        stream.write(modpython_away.state(args.removeprefix(_AWAY)))
        return
    stream.write(modpython_client.answer_to(args))


def handler(session: Any, args: str) -> None:
    """Arm the call of this session as the outbound socket does. If anything fails, the call goes on unchanged.

    With `away FILE`, arm it by this file, without fsplug.
    """
    import freeswitch  # there only inside the switch

    if args.startswith(_AWAY):
        from fsplug import modpython_away

        modpython_away.arm(session, freeswitch.API().execute, freeswitch.consoleLog, args.removeprefix(_AWAY))
        return
    modpython_client.arm(session, freeswitch.API().execute, freeswitch.consoleLog)
