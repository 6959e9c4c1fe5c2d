"""Where calls go: ring groups, numbers, their opening hours and the company's ranges of them, IVRs, and trunks."""

from fsplug.store.schema.base import VersionedTable, index, reference, text, truth, unique, versioned, whole
from fsplug.store.schema.companies import Companies


class RingGroups(VersionedTable):
    """A ring group, and where its calls go when nobody answers."""

    company = reference(Companies)
    number = text()
    name = text()
    strategy = text()
    ring_seconds = whole()
    since = whole()
    until = whole(null=True)
    overflow_kind = text(null=True)
    overflow_to = text(null=True)

    class Meta:
        table_name = "ring_group"


versioned(RingGroups, "number")


class GroupMembers(VersionedTable):
    """A member of a ring group, in the order of ringing."""

    company = reference(Companies)
    group = text(column="grp")
    username = text()
    position = whole()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "group_member"


versioned(GroupMembers, "group username")
index(GroupMembers, "group_member_of", "company username", where="until IS NULL")


class Numbers(VersionedTable):
    """A number dialled from outside, and where it leads: a user, a group or an IVR, and somewhere else when closed."""

    company = reference(Companies)
    number = text()
    username = text(null=True)
    group = text(null=True, column="grp")
    since = whole()
    until = whole(null=True)
    ivr = text(null=True)
    closed_kind = text(null=True)
    closed_to = text(null=True)

    class Meta:
        table_name = "number"


versioned(Numbers, "number")
unique(Numbers, "number_owner", "number", where="until IS NULL")
index(Numbers, "number_user", "company username", where="until IS NULL")
index(Numbers, "number_group", "company group", where="until IS NULL")
index(Numbers, "number_ivr", "company ivr", where="until IS NULL")
index(Numbers, "number_closed", "company closed_to", where="until IS NULL")


class NumberRanges(VersionedTable):
    """Numbers that the operator has given the company: those from `first` to `last`, equally long."""

    company = reference(Companies)
    first = text()
    last = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "number_range"


versioned(NumberRanges, "first")


class NumberHours(VersionedTable):
    """When a number is open: on these days, from `opens` to `closes`."""

    company = reference(Companies)
    number = text()
    days = text()
    opens = text()
    closes = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "number_hours"


versioned(NumberHours, "number days opens")


class Ivrs(VersionedTable):
    """An IVR, and where its calls go when nothing is chosen."""

    company = reference(Companies)
    number = text()
    name = text()
    timeout_seconds = whole()
    tries = whole()
    default_kind = text()
    default_to = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "ivr"


versioned(Ivrs, "number")


class IvrPrompts(VersionedTable):
    """What an IVR says in a language."""

    company = reference(Companies)
    ivr = text()
    language = text()
    file = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "ivr_prompt"


versioned(IvrPrompts, "ivr language")


class IvrChoices(VersionedTable):
    """Where a digit leads in an IVR."""

    company = reference(Companies)
    ivr = text()
    digit = text()
    kind = text()
    target = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "ivr_choice"


versioned(IvrChoices, "ivr digit")


class Trunks(VersionedTable):
    """A trunk to a provider."""

    company = reference(Companies)
    name = text()
    gateway = text()
    host = text()
    port = whole()
    register = truth()
    username = text()
    password = text(null=True)
    prefixes = text()
    caller_id_trusted = truth()
    since = whole()
    until = whole(null=True)
    sources = text(default="''")
    transport = text(default="'udp'")
    srtp = truth(default="FALSE")
    inbound_digest = truth(default="FALSE")
    inbound_password = text(null=True)

    class Meta:
        table_name = "trunk"


versioned(Trunks, "name")
