"""A switch and telephones of one's own, on loopback: for the demo, for testers with SIPp, and for the tests."""
