"""Call recording by policy, and listen-in, for FreeSWITCH."""

__version__ = "0.1.0"
