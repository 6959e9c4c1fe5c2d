"""What the switch's own Python asks the endpoint: the paths, and the header before a channel's own headers."""

ARM, CONSOLE = "/arm", "/console"
# Epoch seconds.
AWAITED_UNTIL = "Fsplug-Awaited-Until"
