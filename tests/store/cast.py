"""Two companies that must never see each other, as their operator wrote them down."""

from typing import Any

ACME, BETA = "acme.example", "beta.example"

CAST: dict[str, list[dict[str, Any]]] = {
    "company": [
        {
            "domain": ACME,
            "name": "Acme",
            "country": "DK",
            "department": [{"name": "Sales"}, {"name": "Support"}],
            "user": [
                {
                    "username": "1001",
                    "extension": "1001",
                    "name": "Anna",
                    "department": "Sales",
                    "record": True,
                    "fixed_number": "70 10 10 01",
                    "mobile_numbers": ["+45 20 10 10 01"],
                    "verified_numbers": ["+45 20 10 10 01"],
                },
                {"username": "1002", "extension": "1002", "name": "Bo", "department": "Sales"},
                {"username": "1003", "extension": "1003", "name": "Clara", "department": "Support", "record": True},
            ],
            "group": [{"number": "2001", "name": "Sales", "members": ["1001", "1002"], "mode": "always"}],
            "policy": [{"department": "Sales", "outgoing": True, "incoming": True}],
            "excluded": [{"number": "70101155", "note": "the doctor"}],
            "range": [{"first": "70101000", "last": "70102999"}],
            "number": [{"number": "70101001", "user": "1001"}, {"number": "70102001", "group": "2001"}],
        },
        {
            "domain": BETA,
            "name": "Beta",
            "country": "SE",
            "user": [{"username": "1001", "extension": "1001", "name": "Birgitta"}],
        },
    ]
}


FIRST_ENTRY = 1  # what making the cast wrote
