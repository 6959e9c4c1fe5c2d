"""The list of colleagues as a file: a telephone directory."""

from typing import Any

from flask import g, request

from fsplug.store.config import user_list
from fsplug.web.kernel import exports, guard, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.pages.colleagues.views import PAGE, asked_filter


@PAGE.post("/colleagues/export")
@takes(Open.SIGNED_IN)
def export() -> Any:
    """The colleagues whom the filters match."""
    wanted = asked_filter(request.form)
    found = user_list.listed(guard.store(), shell.viewer().domain, wanted, exports.MOST_ROWS)
    headings = [g.words("name"), g.words("extension"), g.words("department"), g.words("email")]
    return exports.sheet(PAGE.name, headings, ([one.called, one.extension, one.department, one.email] for one in found))
