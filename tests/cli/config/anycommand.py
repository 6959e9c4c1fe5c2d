"""Any command that changes the configuration, with any values, good and bad, for property tests."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.store.whole import DOMAIN

Arguments = tuple[str, ...]
Given = st.SearchStrategy[Arguments]

LATER = "later.example"
_UNSEEN = ["", " ", "\u00a0", "\t", "a\nb", "\u2028", "\ud800"]
_HOSTILE = [*_UNSEEN, "x" * 500, "x" * 501, "*", "None", "${x}", '"', "\\", "'''", "#", "]]>", "é🎧\u202e"]


def _mostly(good: list[str], others: list[str]) -> st.SearchStrategy[str]:
    """Values of which most are good, so that much is changed."""
    return st.sampled_from(good * (1 + 4 * len(others) // len(good)) + others)


_TEXT = st.one_of(
    _mostly(["Sales", "Support", "Legal", "available", "meeting", "quality"], _HOSTILE),
    st.text(max_size=12),
)
_USER = _mostly(["anna", "bo", "anna", "bo", "eva"], ["x-1", "anna-app", "no body", "", "ü"])
_NEW_USER = _mostly(["eva", "dag", "kim"], ["anna", "x-1", "no body", "", "ü"])
_DEPARTMENT = st.one_of(*[st.sampled_from(["Sales", "Support"])] * 3, _TEXT)
_GROUP = _mostly(["2001", "2002", "2003"], ["3001", "1001", "x", ""])
_IVR = _mostly(["3001", "3002"], ["2001", "0"])
_EXTENSION = _mostly(["1001", "1002", "1003", "1004", "1005", "007"], ["2001", "3001", "x", "", "1" * 16])
_OURS = ["70502001", "70502002", "+45 70 10 11 55", "20101001", "20 10 10 02", "4570101155", "tel:+4570101156"]
_OTHERS = ["+4522334455", "112", "+1", "004681001001", "abc", "", "+45700", "(+45) 20101003", "+8110203040"]
_E164 = _mostly(_OURS, _OTHERS)
# Numbers without blanks, as a cell holds them.
_OWN = _mostly(["20101001", "20101002", "+4520101003", ""], ["abc"])
_GOOD = ["anna@whole.example", "ANNA@Whole.Example", "bo@whole.example", "a@ü.example"]
_EMAIL = _mostly(_GOOD, ["a@b", "", "é@x.example", "x y@z.dk"])
_COUNT = _mostly(["1", "5", "10"], ["0", "-1", "11", "61", "3600", "3601", "65535", "65536"])
_PASSWORD_FILE = _mostly(["good"], ["short", "missing"])
_COMPANY = st.sampled_from([DOMAIN] * 24 + [LATER, "nowhere.example"])


def _target(*kinds: str) -> st.SearchStrategy[str]:
    named = {"user": _USER, "group": _GROUP, "ivr": _IVR, "number": _E164}
    return st.one_of(*(named[kind].map(lambda name, kind=kind: f"{kind}:{name}") for kind in kinds))


def _options(**options: st.SearchStrategy[Any] | bool | list[Any]) -> Given:
    """Some of these options: with a value, with several (a list of one strategy), or a flag with its `no-`."""
    found = []
    for name, values in options.items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(values, bool):
            found.append(st.sampled_from([(flag,), (f"--no-{flag[2:]}",)] if values else [(flag,)]))
        elif isinstance(values, list):
            pairs = st.lists(values[0], min_size=1, max_size=3)
            found.append(pairs.map(lambda many, flag=flag: tuple(word for one in many for word in (flag, one))))
        else:
            found.append(values.map(lambda value, flag=flag: (flag, value)))
    none: Given = st.just(())
    chosen = st.tuples(*(st.one_of(none, none, none, one) for one in found))
    return chosen.map(lambda many: tuple(word for one in many for word in one))


def _line(*parts: Given | st.SearchStrategy[str] | str) -> Given:
    """Words, words drawn, and options, one after the other."""
    drawn = [st.just((part,)) if isinstance(part, str) else part for part in parts]
    whole: Given = st.tuples(*drawn).map(
        lambda many: tuple(word for one in many for word in ((one,) if isinstance(one, str) else one))
    )
    return whole


_OF = _COMPANY.map(lambda domain: ("--company", domain))
_NEW = _mostly([LATER], [DOMAIN, "A B", ""])
_AT = _EXTENSION.map(lambda one: ("--extension", one))
_RENAMED = _DEPARTMENT.map(lambda name: ("--name", name))
_OF_USER = _USER.map(lambda name: ("--user", name))
_DETAIL = _options(
    language=[_mostly(["da", "sv", "en", "nb-NO"], ["xx", "", "DA"])],
    timezone=_mostly(["Europe/Copenhagen", "UTC"], ["Mars", ""]),
    playback_reason=True,
    when_away=st.sampled_from(["unrecorded", "refused", "record-then-judge"]),
    admins_set_record=True,
    superuser_totp=True,
    listen_consent=True,
    listen_from_app=True,
)
_NAMED = _options(name=_TEXT, country=_mostly(["DK", "SE", "GB"], ["XX", "dk", ""]))
_USER_OPTIONS = _options(
    name=_TEXT,
    email=_EMAIL,
    department=_DEPARTMENT,
    record=True,
    role=st.sampled_from(["none", "my-console", "superuser"]),
    admin=st.sampled_from(["none", "sub-admin", "company-admin"]),
    admin_department=[_DEPARTMENT],
    fixed_number=_E164,
    mobile_number=[_E164],
)
_DEVICE_OPTIONS = _options(number=_E164, sip_username=_USER, password_file=_PASSWORD_FILE)
_PROFILE_OPTIONS = _options(allow_listen=True, active=False)
_GROUP_OPTIONS = _options(
    name=_TEXT,
    strategy=st.sampled_from(["simultaneous", "sequential", "random"]),
    member=[_USER],
    ring_seconds=_COUNT,
    overflow=_target("group", "user", "number"),
    mode=st.sampled_from(["department", "always", "never"]),
)
_IVR_OPTIONS = _options(
    name=_TEXT,
    choice=[
        st.tuples(_mostly([*"019*#"], ["x", "12", ""]), _target("group", "user", "number")).map(
            lambda pair: "=".join(pair)
        )
    ],
    prompt=[st.tuples(_mostly(["da", "en"], ["xx"]), _mostly(["a.wav"], ["../b.wav", ""])).map("=".join)],
    timeout_seconds=_COUNT,
    tries=_COUNT,
)
_NUMBER_OPTIONS = _options(
    hours=[_mostly(["mon-fri 08:00-16:00", "sat 10:00-24:00"], ["sun 10:00-09:00", "mon 8-9", "", "  "])],
    closed=_target("group", "user", "ivr", "number"),
)
_TRUNK = _mostly(["out", "world", "new"], ["a b", ""])
_TRUNK_OPTIONS = _options(
    gateway=_TRUNK,
    host=_mostly(["sip.example", "192.0.2.1", "[2001:db8::1]"], ["a b", "", "x:5060"]),
    port=_COUNT,
    register=True,
    username=_mostly(["me", "", "a b"], ["\u2028", "x" * 501, '"']),
    prefix=[_mostly(["+45", "+"], ["45", "", "+4x"])],
    trust_caller_id=True,
    password_file=_PASSWORD_FILE,
)
_POLICY_OPTIONS = _options(
    outgoing=True,
    internal=True,
    incoming=True,
    on_failure=st.sampled_from(["open", "closed"]),
    channels=st.sampled_from(["stereo", "mono"]),
    purpose=_TEXT,
)
_WHOSE_POLICY = st.one_of(
    st.one_of(st.just("*"), _DEPARTMENT).map(lambda name: ("--department", name)),
    st.tuples(st.just("--group"), _GROUP, st.just("--mode"), st.sampled_from(["always", "never", "department"])),
)
_USERS = st.lists(_USER, min_size=1, max_size=3).map(tuple)
_NUMBERS = st.lists(_E164, min_size=1, max_size=3).map(tuple)
_TARGETS = st.one_of(_target("user", "group", "ivr"), st.just("")).map(lambda to: ("--to", to))


def _grants(noun: str, name: str) -> dict[str, Given]:
    return {
        f"{noun} add": _line(noun, "add", _OF, "--yes", name, _USERS),
        f"{noun} set": _line(noun, "set", _OF, "--yes", name, _USERS),
        f"{noun} remove": _line(noun, "remove", _OF, "--yes", name, _USERS),
    }


def _removal(noun: str, *name: Given | st.SearchStrategy[str]) -> Given:
    return _line(noun, "remove", _OF, "--yes", *name)


# What a command of this name may be called with. The test makes files of `csv:...` and of passwords.
COMMANDS: Mapping[str, Given] = {
    "company add": _line("company", "add", "--name", "Later", "--country", "DK", _NEW, _DETAIL),
    "company set": _line("company", "set", _COMPANY, _NAMED, _DETAIL),
    "company remove": _line("company", "remove", "--yes", st.sampled_from([LATER, "nowhere.example"])),
    "department add": _line("department", "add", _OF, "--", _DEPARTMENT),
    "department set": _line(
        "department", "set", _OF, _DEPARTMENT.map(lambda name: ("--name", name)), "--", _DEPARTMENT
    ),
    "department remove": _removal("department", _DEPARTMENT),
    "user add": _line(
        "user", "add", _OF, _EXTENSION.map(lambda one: ("--extension", one)), _USER_OPTIONS, "--", _NEW_USER
    ),
    "user set": _line(
        "user", "set", "--yes", "--record", _OF, _options(extension=_EXTENSION), _USER_OPTIONS, "--", _USER
    ),
    "user remove": _removal("user", _USER),
    "device add": _line(
        "device",
        "add",
        _OF,
        _OF_USER,
        st.sampled_from(["desk", "app", "mobile"]).map(lambda kind: ("--kind", kind)),
        _DEVICE_OPTIONS,
        st.sampled_from([(), ("d1",), ("d2",), ("d3",), ("a b",)]),
    ),
    "device set": _line(
        "device", "set", _OF, _OF_USER, _DEVICE_OPTIONS, _options(new_password=False), st.sampled_from(["desk", "app"])
    ),
    "device remove": _removal("device", _OF_USER, st.sampled_from(["desk", "app", "mobile", "d1"])),
    "profile add": _line("profile", "add", _OF, _OF_USER, _PROFILE_OPTIONS, "--", _TEXT),
    "profile set": _line("profile", "set", "--allow-listen", _OF, _OF_USER, _PROFILE_OPTIONS, "--", _TEXT),
    "profile remove": _removal("profile", _OF_USER, st.sampled_from(["available", "meeting"])),
    **_grants("licence", "contact-pro"),
    **_grants("right", "listen-in"),
    "group add": _line("group", "add", _OF, _GROUP_OPTIONS, "--", _GROUP),
    "group set": _line("group", "set", _OF, _GROUP_OPTIONS, "--", _GROUP),
    "group remove": _removal("group", _GROUP),
    "ivr add": _line(
        "ivr",
        "add",
        _OF,
        _IVR_OPTIONS,
        _target("group", "user", "number").map(lambda to: ("--default", to)),
        "--choice",
        "1=group:2001",
        "--",
        _IVR,
    ),
    "ivr set": _line("ivr", "set", _OF, _IVR_OPTIONS, _options(default=_target("group", "user")), "--", _IVR),
    "ivr remove": _removal("ivr", _IVR),
    "number add": _line("number", "add", _OF, _TARGETS, _NUMBER_OPTIONS, "--", _E164),
    "number set": _line("number", "set", _OF, st.one_of(st.just(()), _TARGETS), _NUMBER_OPTIONS, "--", _E164),
    "number remove": _removal("number", _E164),
    "number verify": _line("number", "verify", _OF, _options(withdraw=False), "--", _E164),
    "number range add": _line("number", "range", "add", _OF, "--", _E164, st.one_of(st.just(()), st.tuples(_E164))),
    "number range remove": _line("number", "range", "remove", _OF, "--yes", "--", _E164),
    "trunk add": _line("trunk", "add", _OF, _TRUNK_OPTIONS, "--", _TRUNK),
    "trunk set": _line("trunk", "set", _OF, _TRUNK_OPTIONS, "--", _TRUNK),
    "trunk remove": _removal("trunk", _TRUNK),
    "exclude add": _line("exclude", "add", _OF, _options(note=_TEXT), "--", _NUMBERS),
    "exclude remove": _line("exclude", "remove", _OF, "--", _NUMBERS),
    "policy record": _line("policy", "record", _OF, st.sampled_from([("--record",), ("--no-record",)]), "--", _USERS),
    "policy set": _line("policy", "set", _OF, _WHOSE_POLICY, _POLICY_OPTIONS),
    "import users": _line(
        "import",
        "users",
        "--yes",
        _OF,
        st.tuples(_USER, _EXTENSION, _TEXT, _EMAIL, _OWN, _mostly(["yes", "no", ""], ["perhaps"])).map(
            lambda cells: "csv:" + ";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)
        ),
    ),
}
