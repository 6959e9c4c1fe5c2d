"""The templates of a switch's configuration, as text that FreeSWITCH's preprocessor does not change."""

import re
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from fsplug.errors import Invalid
from fsplug.xml.templates import own_folder

FOLDER = "conf"
# The preprocessor replaces $${name}, and drops every line with these words, markup or not (switch_xml.c, 1.11.1).
_PREPROCESS = re.compile("(x)-(pre-process)", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class ConfText:
    """Renders the templates of `conf/`; templates in `override` come first.

    Values reach the switch unchanged, whatever they hold.
    """

    def __init__(self, override: Path | None = None) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader([str(folder) for folder in (override, own_folder()) if folder]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            finalize=exactly,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, name: str, **values: Any) -> bytes:
        """The file made of the template NAME.j2; Invalid("bad-template") says what is wrong with it."""
        try:
            text = self._environment.get_template(f"{FOLDER}/{name}.j2").render(values)
        except jinja2.TemplateError as error:
            raise Invalid("bad-template", f"template {FOLDER}/{name}.j2: {error.message}", template=name) from error
        return f"{text.strip()}\n".encode()


def exactly(value: Any) -> Any:
    """The value for an XML attribute, such that the switch reads it back unchanged."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if _NOT_XML.search(value) or "\n" in value:
        raise Invalid("not-xml", f"{value!r} holds characters that no XML file may hold; take them out", value=value)
    return Markup(_PREPROCESS.sub(r"\1&#45;\2", str(escape(value)).replace("$", "&#36;")))
