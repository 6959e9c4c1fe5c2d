"""The nodes that share the store: each is a switch with the fsplug beside it, under a name of its own."""

from peewee import CompositeKey

from fsplug.store.schema.base import Table, index, real, reference, text, truth, whole
from fsplug.store.schema.companies import Companies


class Nodes(Table):
    """A node, and until when its name is its holder's, by the database's clock.

    `token` is what the holder proves itself by. `seen_at` is the holder's last sign. `stopped_at` is set while the
    holder has stopped in good order. `settled_at` is set while others speak for the node, and `settled` lists what they
    wrote down (JSON).
    """

    name = text(key=True)
    token = text()
    host = text()
    data = text()
    archive = text()
    seen_at = real()
    leased_until = real()
    stopped_at = real(null=True)
    settled_at = real(null=True)
    settled = text(default="'{}'")

    class Meta:
        table_name = "node"


class LiveTalks(Table):
    """A user whose line is taken on a node now; with `talks`, by an answered call. Each node fills in its own part."""

    node = text()
    company = reference(Companies)
    username = text()
    talks = truth()
    since = real(null=True)
    version = whole(null=True)
    other = text()
    listeners = text()

    class Meta:
        table_name = "live_talk"
        primary_key = CompositeKey("node", "company", "username")


index(LiveTalks, "live_talk_of", "company username")


class SecretMarks(Table):
    """The fingerprint of a secret that everybody who shares the store must have, and where it was made."""

    name = text(key=True)
    fingerprint = text()
    host = text()
    data = text()

    class Meta:
        table_name = "secret_mark"
