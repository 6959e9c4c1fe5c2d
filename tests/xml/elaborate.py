"""A company with every kind of way in it, and made ones with people enough to get lost among."""

from typing import Any

DOMAIN = "wide.example"
TWO_TRUNKS = [
    {"name": "near", "gateway": "near", "sources": ["192.0.2.1"], "prefixes": ["+45", "+4670"]},
    {"name": "far", "gateway": "far", "sources": ["192.0.2.2"], "prefixes": ["+", "+45"]},
]


def wide() -> dict[str, Any]:
    """The [[company]]: people with several devices or none, groups of each strategy, IVRs, hours, two trunks."""
    return {
        "domain": DOMAIN,
        "name": "Wide ApS",
        "country": "DK",
        "languages": ["da", "sv", "en"],
        "timezone": "Europe/Copenhagen",
        "department": [{"name": "Sales"}, {"name": 'R&D "x-pre-process" ${uuid}'}],
        "user": [
            {
                "username": "anna",
                "extension": "101",
                "name": "Anna Å. Holm",
                "department": "Sales",
                "record": True,
                "fixed_number": "70501001",
                "mobile_numbers": ["20501001"],
                "verified_numbers": ["20501001"],
                "device": [
                    {"kind": "desk", "sip_username": "anna"},
                    {"kind": "app"},
                    {"kind": "mobile", "number": "20501001"},
                    {"kind": "app", "name": "tablet", "sip_username": "anna-tablet"},
                ],
            },
            {"username": "bo", "extension": "102", "department": 'R&D "x-pre-process" ${uuid}', "device": [desk("d2")]},
            {"username": "cy", "extension": "103", "fixed_number": "+46 70 123 45 67", "device": [desk("d3")]},
            {"username": "none", "extension": "104"},
        ],
        "group": [
            {"number": "201", "members": ["anna", "bo"], "overflow": {"group": "202"}, "ring_seconds": 7},
            {"number": "202", "members": ["bo", "none", "cy"], "strategy": "sequential", "overflow": {"user": "cy"}},
            {"number": "203", "members": ["anna", "bo", "cy"], "strategy": "random"},
            {"number": "204", "members": ["none"], "overflow": {"number": "22334455"}},
            {"number": "205", "members": ["none"]},
        ],
        "ivr": [
            {"number": "301", "choices": {"1": {"group": "201"}, "*": {"user": "bo"}}, "default": {"group": "202"}},
            {
                "number": "302",
                "choices": {"9": {"number": "22334455"}},
                "default": {"user": "anna"},
                "prompts": {"sv": "hej.wav"},
            },
        ],
        "range": [
            {"first": "70501001", "last": "70503001"},
            {"first": "+46 70 123 45 67"},
            {"first": "+46 8 123 45 67"},
        ],
        "number": [
            {"number": "70501001", "user": "anna"},
            {
                "number": "70501002",
                "user": "bo",
                "hours": ["mon-fri 08:00-16:00", "sat 10:00-24:00"],
                "closed": {"number": "22334455"},
            },
            {"number": "70502001", "group": "201", "hours": ["mon 08:00-16:00"], "closed": {"ivr": "301"}},
            {"number": "70503001", "ivr": "301"},
            {"number": "+46 8 123 45 67", "group": "203"},
        ],
        "trunk": TWO_TRUNKS,
    }


def desk(sip_username: str) -> dict[str, str]:
    """A desk phone of this name."""
    return {"kind": "desk", "sip_username": sip_username}


def crowded(domain: str, country: str, count: int) -> dict[str, Any]:
    """A company of so many people, every third with a number of the country, and groups of ten."""
    return {
        "domain": domain,
        "name": domain,
        "country": country,
        "user": [
            {"username": f"u{number}", "extension": str(1000 + number), "device": [{"kind": "desk"}]}
            for number in range(count)
        ],
        "group": [
            {"number": str(9000 + number), "members": [f"u{10 * number + one}" for one in range(10)]}
            for number in range(count // 10)
        ],
        "trunk": [{"name": "trunk", "sources": ["192.0.2.3"]}],
    }
