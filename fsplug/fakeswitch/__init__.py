"""A working stand-in for FreeSWITCH 1.11.1: event socket, XML dialplan, recorder; no SIP."""
