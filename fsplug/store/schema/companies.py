"""Companies, their policy versions, and the details of a company."""

from peewee import CompositeKey

from fsplug.store.schema.base import Table, VersionedTable, real, reference, text, truth, unique, versioned, whole


class Companies(Table):
    """A company by its domain, and the policy version that holds now."""

    id = text(key=True)
    domain = text()
    version = whole()

    class Meta:
        table_name = "company"


unique(Companies, "", "domain")


class PolicyVersions(Table):
    """When and by whom a version was made; `what` are its changes as JSON."""

    company = reference(Companies)
    version = whole()
    at = real()
    author = text()
    what = text()

    class Meta:
        table_name = "policy_version"
        primary_key = CompositeKey("company", "version")


class CompanyDetails(VersionedTable):
    """What a company says about itself, and what it asks of listen-in, sign-in, playing and an absence of fsplug."""

    company = reference(Companies)
    name = text()
    country = text()
    language = text()
    timezone = text()
    since = whole()
    until = whole(null=True)
    languages = text(default="''")
    listen_from_app = truth(default="FALSE")
    listen_consent = truth(default="FALSE")
    superuser_totp = truth(default="FALSE")
    playback_reason = truth(default="FALSE")
    when_away = text(default="'unrecorded'")
    admins_set_record = truth(default="FALSE")

    class Meta:
        table_name = "company_detail"


versioned(CompanyDetails)
