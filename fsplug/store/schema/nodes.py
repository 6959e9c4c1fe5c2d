"""The nodes that share the store: each is a switch with the fsplug beside it, under a name of its own."""

from fsplug.store.schema.base import Table, real, text


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
