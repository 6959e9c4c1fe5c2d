"""Who reaches which page, and what needs a step-up, written down once more."""

from fsplug.policy.access.scopes import Need

# Who gets to the pages, written down once more: a rule that is loosened by mistake shows here.
MANAGERS, ADMINS = {"superuser", "everything"}, {"company-admin", "everything"}
PEOPLE = {"my-console", "superuser", "sub-admin", "company-admin", "everything"}
WHO = {
    "/": PEOPLE,
    "/account": PEOPLE,
    "/recordings": PEOPLE,
    "/colleagues": PEOPLE,
    "/my-calls": PEOPLE,
    "/policies": MANAGERS,
    "/deletions": MANAGERS,
    "/missing": MANAGERS,
    "/groups": ADMINS,
    "/people": MANAGERS | ADMINS | {"sub-admin"},
    "/people/import": ADMINS | {"sub-admin"},
    "/activity": MANAGERS | ADMINS,
}

# What nobody gets with a session's cookie alone, written down once more.
STEP_UP = {
    "GET /account/passkeys",
    "GET /account/password",
    "GET /one-time-codes",
    "POST /account/passkeys",
    "POST /account/password",
    "POST /account/passkeys/remove",
    "POST /deletions/delete",
    "POST /one-time-codes",
    "POST /changes/confirm",
    "POST /people/import/save",
    "POST /groups/edit/<number>",
    "POST /groups/edit/<number>/remove",
    "POST /groups/new",
    "POST /people/new",
    "POST /people/save",
    "POST /people/user/<username>",
    "POST /people/user/<username>/remove",
    "POST /policies/admins-set-record",
    "POST /policies/save",
    "POST /policies/when-away",
    "POST /recordings/<recording>/share",
    "POST /step-up",
}
# The forms of those who set policy, grant, share or delete that need no step-up: they save nothing, or take back.
NO_STEP_UP = {
    "POST /deletions/confirm",
    "POST /deletions/export",
    "POST /deletions/undo",
    "POST /policies",
    "POST /recordings/<recording>/share/<share>/revoke",
    "POST /shares/export",
}
STEP_UP_NEEDS = {Need.POLICY, Need.GRANTS, Need.SHARING, Need.DELETION}
