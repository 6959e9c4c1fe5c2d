"""Headers of one INVITE from the trunk, with the excluded number +4522334499 somewhere among other people's."""

from hypothesis import strategies as st

EXCLUDED = "+4522334499"
# As carriers and other people's exchanges send them.
KNOWN = [
    ["P-Asserted-Identity: <sip:+4531112233@carrier.example>, <tel:+4522334499>"],
    ["P-Asserted-Identity: <sip:+4531112233@carrier.example>", "P-Asserted-Identity: <tel:+4522334499>"],
    ["Privacy: id", "P-Asserted-Identity: <sip:anonymous@carrier.example>", "P-Asserted-Identity: <tel:+4522334499>"],
    [
        "Remote-Party-ID: <sip:+4531112233@carrier.example>;party=calling",
        "Remote-Party-ID: <sip:+4522334499@carrier.example>;party=calling",
    ],
    ['Remote-Party-ID: "Bo" <sip:+4522334499@carrier.example>;party=called;privacy=off'],
    ["P-Preferred-Identity: <sip:+4531112233@carrier.example>, <sip:+4522334499@carrier.example>"],
    [
        "Diversion: <sip:+4522334499@carrier.example>;reason=unconditional",
        "Diversion: <sip:+4531112233@carrier.example>;reason=unconditional",
    ],
    ["diversion: <sip:+4522334499@carrier.example>;reason=unconditional"],
    ["DIVERSION: <tel:+4522334499>"],
    ["Diversion: <sip:+4531112233@carrier.example>, <sip:+4522334499@carrier.example>"],
    ["CC-Diversion: <sip:+4522334499@carrier.example>"],
    ["cc-redirect: <sip:22334499@carrier.example>;redir-reason=no-answer"],
    ["P-Served-User: <sip:+4522334499@carrier.example>"],
    ["P-Served-User: <sip:+4531112233@carrier.example>", "P-Served-User: <sip:+4522334499@carrier.example>"],
    ["p-called-party-id: <sip:22334499;phone-context=+45@carrier.example>"],
    ["History-Info: <sip:+4531112233@carrier.example>;index=1, <sip:+4522334499@carrier.example>;index=1.1"],
    [
        "History-Info: <sip:+4531112233@carrier.example>;index=1",
        "history-info: <tel:22334499;phone-context=+45>;index=2",
    ],
    ["History-Info: <sip:+4531112233@c.example?P-Asserted-Identity=%3Csip%3A%2B4522334499%40c%3E>;index=1"],
    ["b: <sip:+4522334499@carrier.example>"],
    ['REFERRED-BY: "Bo, \\"the\\" doctor" <sips:+45-22-33-44-99@carrier.example;user=phone>'],
    ["P-Charge-Info: <sip:+4522334499@carrier.example>;npi=ISDN"],
    ["X-Original-Caller: +45 22 33 44 99"],
    ["X-Original-Caller: tel:+45 22 33 44 99"],
    ["Call-Info: <sip:+4522334499@carrier.example>;purpose=info"],
    ["To-Number: <tel:+4522334499>"],
    ["Call-Forwarded-By: <sip:22334499@carrier.example>"],
    ["History-Info: <sip:a@c.example>;index=1, <sip:b@c.example;cause=302;target=%2B4522334499>;index=1.1"],
    ["History-Info: <sip:b@c.example?Diversion=%253Csip%253A%252B4522334499%2540c%253E>;index=1"],
    ["Diversion: <sip:desk@carrier.example;tel=+45-22-33-44-99>;reason=unconditional"],
    ["P-Asserted-Identity: <sip:user@carrier.example;user=phone;tel=+4522334499>"],
    ["P-Asserted-Identity: <sip:00045 22334499@carrier.example>"],
    ["P-Asserted-Identity: <sip:0,22334499@carrier.example>"],
    ["Diversion: <sip:desk@+4522334499>"],
    ["Diversion: <sip:9004522334499*1@carrier.example>;reason=no-answer"],
    ['Diversion: "sent on by 22 33 44 99" <sip:+4531112233@carrier.example>'],
    ["X-Original-Caller: 022334499"],
    ["Subject: call of +45 22 33 44 99, from the desk"],
]
# What names somebody else, or nobody.
HARMLESS = [
    [],
    ["P-Asserted-Identity: <sip:+4531112233@carrier.example>, <tel:+4531112234>"],
    ["X-Trace: 1223344990", "X-Session: 45223344991", "X-Node: <sip:22.33.44.99:5060;lr>"],
    ["X-Trace: 33-4499 1233-4499", "X-Caller: +94522334499"],
    ["User-Agent: desk/22334499", "Subject: 2026-11-30 08:15"],
]
_NAMES = (
    "P-Asserted-Identity",
    "P-Preferred-Identity",
    "Remote-Party-ID",
    "Diversion",
    "CC-Diversion",
    "History-Info",
    "P-Served-User",
    "P-Called-Party-ID",
    "Referred-By",
)
_URIS = (
    "sip:{e164}@carrier.example",
    "sips:{e164}@carrier.example;user=phone",
    "SIP:{national}@192.0.2.7:5060",
    "sip:00{digits}@carrier.example;transport=udp",
    "sip:%2B{digits}@carrier.example",
    "sip:+45-{a}-{b}.{c}@carrier.example",
    "sip:{national};phone-context=+45@carrier.example;user=phone",
    "tel:{e164}",
    "TEL:+45-{a}-{b}-{c}",
    "tel:{national};phone-context=+45",
    "tel:{e164};ext=5",
)
_DISPLAYS = ("", "Bo ", '"Bo Hansen" ', '"Bo, Hansen" ', '"Bo \\"the <sip:+4531112244@x>\\" Hansen" ', '"" ')
_PARAMETERS = ("", ";reason=unconditional", ";index=1.1", ";party=calling;privacy=off;screen=yes")


@st.composite
def header_sets(draw: st.DrawFn) -> list[str]:
    """Some headers of which one names the excluded number, in one of its values, and all others somebody else."""
    lines = [line for name in draw(st.lists(st.sampled_from(_NAMES), max_size=2)) for line in _header(draw, name, "")]
    excluded = _header(draw, draw(st.sampled_from(_NAMES)), EXCLUDED)
    at = draw(st.integers(0, len(lines)))
    # The switch reads one Referred-By, and RFC 3892 allows one.
    others = [line for line in lines if not line.lower().startswith("referred-by")]
    return [*others[:at], *excluded, *others[at:]]


def _header(draw: st.DrawFn, name: str, excluded: str) -> list[str]:
    # RFC 3325, 9.1: the switch drops a line of these with parameters.
    parameters = ("",) if name in ("P-Asserted-Identity", "P-Preferred-Identity") else _PARAMETERS
    others = [
        draw(_party(f"+4531112{draw(st.integers(200, 299))}", parameters)) for _ in range(draw(st.integers(0, 3)))
    ]
    values = others if name != "Referred-By" else []
    if excluded:
        values.insert(draw(st.integers(0, len(values))), draw(_party(excluded, parameters)))
    spelled = draw(st.sampled_from((name, name.lower(), name.upper())))
    if draw(st.booleans()):
        return [f"{spelled}: {value}" for value in values]
    return [f"{spelled}: {draw(st.sampled_from((', ', ','))).join(values)}"] if values else []


@st.composite
def _party(draw: st.DrawFn, e164: str, parameters: tuple[str, ...]) -> str:
    national = e164.removeprefix("+45")
    uri = draw(st.sampled_from(_URIS)).format(
        e164=e164, digits=e164[1:], national=national, a=national[:2], b=national[2:4], c=national[4:]
    )
    return f"{draw(st.sampled_from(_DISPLAYS))}<{uri}>{draw(st.sampled_from(parameters))}"
