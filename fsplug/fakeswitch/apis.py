"""The API commands about the switch itself; channel_apis.py has the commands about channels."""

import ast
import hashlib
import operator
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fsplug.fakeswitch.core import Api, Core
from fsplug.fakeswitch.events import VERSION
from fsplug.fakeswitch.lifecycle import hang_up
from fsplug.fakeswitch.listing import show

_HASH_USAGE = "-ERR Usage: hash insert|insert_ifempty|select|delete|delete_ifmatch/realm/key[/value]\n"
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


def status(core: Core, argument: str) -> str:
    up = int(core.clock.now() - core.started)
    days, hours, minutes, seconds = up // 86_400, up // 3_600 % 24, up // 60 % 60, up % 60
    return (
        f"UP 0 years, {days} days, {hours} hours, {minutes} minutes, {seconds} seconds, "
        "0 milliseconds, 0 microseconds\n"
        f"FreeSWITCH (Version {VERSION}-fake 64bit) is ready\n"
        f"{core.sessions} session(s) since startup\n"
        f"{len(core.channels)} session(s) - peak {len(core.channels)}, last 5min {len(core.channels)} \n"
        "0 session(s) per Sec out of max 1000, peak 0, last 5min 0 \n"
        "5000 session(s) max\nmin idle cpu 0.00/99.00\nCurrent Stack Size/Max 240K/8192K\n"
    )


def uptime(core: Core, argument: str) -> str:
    seconds = core.clock.now() - core.started
    return f"{int(seconds * 1000) if argument == 'ms' else int(seconds)}\n"


def version(core: Core, argument: str) -> str:
    return f"FreeSWITCH Version {VERSION}-fake~64bit (fake {VERSION} 64bit)\n"


def hash_(core: Core, argument: str) -> str:
    act, *place = argument.split("/", 3)
    if len(place) < 2:
        return _HASH_USAGE
    key = (place[0], place[1])
    if act == "select":
        return core.hashes.get(key, "")
    if act in ("insert", "insert_ifempty") and len(place) == 3:
        if act == "insert" or key not in core.hashes:
            core.hashes[key] = place[2]
        return "+OK\n"
    if act == "delete":
        return "+OK\n" if core.hashes.pop(key, None) is not None else "-ERR Not found\n"
    return _HASH_USAGE


def strepoch(core: Core, argument: str) -> str:
    """The machine's time, whatever the switch's speed: other processes write machine times into the same hash."""
    return str(int(time.time()))


def global_getvar(core: Core, argument: str) -> str:
    if not argument:
        return "".join(f"{name}={value}\n" for name, value in core.global_variables.items())
    return core.global_variables.get(argument.strip(), "")


def global_setvar(core: Core, argument: str) -> str:
    name, _, value = argument.partition("=")
    core.global_variables[name.strip()] = value
    return "+OK"


def fsctl(core: Core, argument: str) -> str:
    if argument.startswith("hupall"):
        return hupall(core, argument.removeprefix("hupall").strip())
    if argument.startswith("sync_clock"):
        return "+OK clock synchronized\n"
    return "+OK\n" if argument else "-USAGE: fsctl ...\n"


def hupall(core: Core, argument: str) -> str:
    for channel in list(core.channels.values()):
        hang_up(core, channel, argument.split(" ")[0] or "MANAGER_REQUEST")
    return "+OK\n"


def reloadxml(core: Core, argument: str) -> str:
    core.bus.emit("RELOADXML")
    return "+OK [Success]\n"


def echo(core: Core, argument: str) -> str:
    return argument


def cond(core: Core, argument: str) -> str:
    """`LEFT == RIGHT ? THEN : ELSE`, numbers compared as numbers."""
    question, _, answers = argument.partition("?")
    then, _, otherwise = answers.partition(":")
    for sign, compare in _COMPARISONS.items():
        left, found, right = question.partition(f" {sign} ")
        if found:
            return (then if _compare(left.strip(), right.strip(), compare) else otherwise).strip()
    return "-ERR\n"


def regex(core: Core, argument: str) -> str:
    """`TEXT|EXPRESSION`: whether the expression is found in the text."""
    text, _, expression = argument.partition("|")
    return "true" if re.search(expression, text) else "false"


def expr(core: Core, argument: str) -> str:
    """Arithmetic; any other text is an error, as in mod_expr."""
    try:
        return f"{_calculate(ast.parse(argument.strip(), mode='eval').body):.6g}"
    except (SyntaxError, TypeError, ZeroDivisionError, KeyError):
        return "!err!"


def system(core: Core, argument: str) -> str:
    """Notes the command instead of running it, so that a test can check that nothing hostile would have run."""
    core.shell_commands.append(argument)
    return "+OK\n"


def url_encode(core: Core, argument: str) -> str:
    return quote(argument)


def sofia_contact(core: Core, argument: str) -> str:
    """Every phone is registered here; `[profile/]user@domain`."""
    return f"sofia/internal/sip:{argument.rpartition('/')[2]}"


def md5(core: Core, argument: str) -> str:
    return hashlib.md5(argument.encode(), usedforsecurity=False).hexdigest()


def nothing(core: Core, argument: str) -> str:
    return ""


def accepted(core: Core, argument: str) -> str:
    return "+OK\n"


def file_exists(core: Core, argument: str) -> str:
    return "true" if Path(argument).exists() else "false"


def _compare(left: str, right: str, compare: Callable[[Any, Any], bool]) -> bool:
    try:
        return compare(float(left), float(right))
    except ValueError:
        return compare(left, right)


def _calculate(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_calculate(node.operand)
    if isinstance(node, ast.BinOp):
        return float(_OPERATORS[type(node.op)](_calculate(node.left), _calculate(node.right)))
    raise TypeError("not arithmetic")


SWITCH_APIS: dict[str, Api] = {
    "cond": cond,
    "echo": echo,
    "expand": echo,
    "expr": expr,
    "file_exists": file_exists,
    "fsctl": fsctl,
    "global_getvar": global_getvar,
    "global_setvar": global_setvar,
    "hash": hash_,
    "hupall": hupall,
    "md5": md5,
    "regex": regex,
    "reloadacl": accepted,
    "reloadxml": reloadxml,
    "show": show,
    "sofia_contact": sofia_contact,
    "status": status,
    "strepoch": strepoch,
    "system": system,
    "bgsystem": system,
    "uptime": uptime,
    "url_encode": url_encode,
    "user_data": nothing,
    "version": version,
    "xml_flush_cache": accepted,
}
