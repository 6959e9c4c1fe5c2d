"""A switch and telephones on loopback, for the demo, for testers with SIPp, and for the tests."""
