"""A company with one of everything, as its operator writes it down."""

from typing import Any

DOMAIN = "whole.example"


def whole() -> dict[str, Any]:
    """The [[company]], to be changed."""
    return {
        "domain": DOMAIN,
        "name": "Whole",
        "country": "DK",
        "languages": ["da", "sv", "en"],
        "timezone": "Europe/Copenhagen",
        "listen_from_app": True,
        "listen_consent": True,
        "when_away": "record-then-judge",
        "admins_set_record": True,
        "department": [{"name": "Sales"}, {"name": "Support"}],
        "user": [
            {
                "username": "anna",
                "extension": "1001",
                "name": "Anna",
                "email": "anna@whole.example",
                "department": "Sales",
                "record": True,
                "role": "superuser",
                "admin": "sub-admin",
                "admin_departments": ["Sales", "Support"],
                "licences": ["contact-pro"],
                "rights": ["listen-in"],
                "fixed_number": "70501001",
                "mobile_numbers": ["20101001"],
                "verified_numbers": ["20101001"],
                "device": [
                    {"kind": "desk", "sip_username": "1001"},
                    {"kind": "app"},
                    {"kind": "mobile", "number": "+45 20 10 10 01"},
                ],
                "profile": [{"name": "available", "allow_listen": True, "active": True}, {"name": "meeting"}],
            },
            {"username": "bo", "extension": "1002", "device": [{"kind": "desk", "a1_hash": "0" * 32}]},
        ],
        "group": [
            {"number": "2001", "members": ["anna", "bo"], "overflow": {"group": "2002"}, "mode": "always"},
            {"number": "2002", "members": ["anna", "bo"], "overflow": {"number": "22334455"}, "mode": "never"},
        ],
        "ivr": [
            {
                "number": "3001",
                "name": "Consent",
                "choices": {"1": {"group": "2001"}, "2": {"group": "2002"}, "*": {"number": "22334455"}},
                "default": {"group": "2002"},
                "prompts": {"da": "samtykke.wav", "en": "consent.wav"},
            }
        ],
        "range": [{"first": "70501000", "last": "70502999"}],
        "number": [
            {
                "number": "70502001",
                "ivr": "3001",
                "hours": ["mon-fri 08:00-16:00", "sat 10:00-24:00"],
                "closed": {"user": "bo"},
            },
            {"number": "70501001", "user": "anna"},
        ],
        "trunk": [
            {"name": "out", "host": "sip.carrier.example", "register": True, "username": "whole", "prefixes": ["+45"]},
            {
                "name": "world",
                "gateway": "gw",
                "sources": ["192.0.2.0/28", "sip.world.example"],
                "caller_id_trusted": True,
            },
        ],
        "excluded": [{"number": "22334499"}],
        "policy": [{"department": "*", "incoming": True}],
    }
