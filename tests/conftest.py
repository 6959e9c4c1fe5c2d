"""gevent patches the standard library before anything else is imported, as `fsplug serve` does."""

from gevent import monkey

monkey.patch_all()
