"""The first page of whoever is signed in."""

from typing import Any

from flask import Blueprint, g, render_template

from fsplug.store import accounts, companies
from fsplug.web import guard
from fsplug.web.guard import Open, takes

pages = Blueprint("home", __name__)


@pages.get("/")
@takes(Open.SIGNED_IN)
def home() -> Any:
    """Who they are here, and how to leave."""
    session = g.session
    account = guard.run(lambda store: accounts.get(store, session.company, session.username))
    company = guard.run(lambda store: companies.get(store, session.company))
    return render_template("home.html", account=account, company=company)
