"""gevent patches the standard library before anything else is imported, as `fsplug serve` does."""

from fsplug.wiring.process.patching import patch

patch()
