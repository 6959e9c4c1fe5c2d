"""Users with their numbers, devices, profiles and grants, and the departments they work in."""

from fsplug.store.schema.base import VersionedTable, index, reference, text, truth, unique, versioned, whole
from fsplug.store.schema.companies import Companies


class Departments(VersionedTable):
    """A department."""

    company = reference(Companies)
    name = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "department"


versioned(Departments, "name")


class Users(VersionedTable):
    """A user. `role` is the role in the console, `admin` how far an admin's reach goes."""

    company = reference(Companies)
    username = text()
    extension = text()
    name = text()
    email = text()
    department = text(null=True)
    record = truth()
    since = whole()
    until = whole(null=True)
    role = text(default="'none'")
    admin = text(default="'none'")

    class Meta:
        table_name = "user"


versioned(Users, "username")
unique(Users, "user_extension", "company extension", where="until IS NULL")
index(Users, "user_extension_at", "company extension since")
index(Users, "user_department_at", "company department since")
index(Users, "user_name", "company name username", where="until IS NULL")


class AdminDepartments(VersionedTable):
    """A department that a user administers."""

    company = reference(Companies)
    username = text()
    department = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "admin_department"


versioned(AdminDepartments, "username department")


class UserNumbers(VersionedTable):
    """A number that means a user: one they are called by, or one they call from.

    One that is not `verified` is a claim that counts for nothing: a mobile outside the company's ranges.
    """

    company = reference(Companies)
    number = text()
    username = text()
    kind = text()
    position = whole()
    since = whole()
    until = whole(null=True)
    verified = truth(default="TRUE")

    class Meta:
        table_name = "user_number"


versioned(UserNumbers, "number")
index(UserNumbers, "user_number_username", "company username since")


class Devices(VersionedTable):
    """A user's phone: one that registers has a SIP username and its hash, another a number."""

    company = reference(Companies)
    username = text()
    name = text()
    kind = text()
    number = text(null=True)
    sip_username = text(null=True)
    password = text(null=True)
    a1_hash = text(null=True)
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "device"


versioned(Devices, "username name")
unique(Devices, "device_sip_username", "company sip_username", where="until IS NULL AND sip_username IS NOT NULL")
index(Devices, "device_sip_username_at", "company sip_username since")


class Profiles(VersionedTable):
    """A profile of a user, such as "at work"; one is active."""

    company = reference(Companies)
    username = text()
    name = text()
    allow_listen = truth()
    active = truth()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "profile"


versioned(Profiles, "username name")
unique(Profiles, "profile_active", "company username", where="until IS NULL AND active")


class LicenceGrants(VersionedTable):
    """A licence that a user holds."""

    company = reference(Companies)
    username = text()
    licence = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "licence_grant"


versioned(LicenceGrants, "username licence")


class RightGrants(VersionedTable):
    """A right that a user holds."""

    company = reference(Companies)
    username = text()
    right_name = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "right_grant"


versioned(RightGrants, "username right_name")
