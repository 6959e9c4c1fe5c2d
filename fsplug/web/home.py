"""The first page of whoever is signed in."""

from typing import Any

from flask import Blueprint, render_template

from fsplug.web.guard import Open, takes

pages = Blueprint("home", __name__)


@pages.get("/")
@takes(Open.SIGNED_IN)
def home() -> Any:
    """What there is for them."""
    return render_template("home.html")
