"""The folder of templates that operators may open and override."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from fsplug.errors import Invalid
from fsplug.xml import text

_SHARED = Path("share") / "fsplug" / "xml_templates"


def own_folder() -> Path:
    """Where our own templates are: beside the package in a source tree, else where a wheel's data files went."""
    schemes = (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user"))
    installed = [Path(sysconfig.get_path("data", scheme)) / _SHARED for scheme in schemes]
    places = [Path(__file__).parents[2] / "xml_templates", *installed]
    return next((place for place in places if place.is_dir()), places[1])


class Templates:
    """The templates of `folder` (our own if None); a file in `override` replaces the one of the same name."""

    def __init__(self, folder: Path | None = None, override: Path | None = None) -> None:
        self.folder = folder or own_folder()
        for needed in filter(None, (self.folder, override)):
            if not needed.is_dir():
                raise Invalid("no-templates", f"there is no folder of templates {needed}", folder=str(needed))
        self._environment = Environment(
            loader=FileSystemLoader([str(place) for place in (override, self.folder) if place]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.filters |= {"name": text.name, "label": text.label}

    def render(self, name: str, **values: object) -> str:
        """The text of one template; Invalid("bad-template") says what is wrong with it, and where."""
        return "".join(self.stream(name, **values))

    def stream(self, name: str, **values: object) -> Iterator[str]:
        """As `render`, piece by piece."""
        try:
            yield from _without_blank_lines(self._environment.get_template(name).generate(**values))
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            place = f"{getattr(error, 'name', None) or name}{f', line {line}' if line else ''}"
            raise Invalid("bad-template", f"template {place}: {error.message}", template=name) from error


def _without_blank_lines(pieces: Iterator[str]) -> Iterator[str]:
    """Whole lines, without the blank lines that macros and tags leave."""
    begun = ""
    for piece in pieces:
        # Not joined with +: a piece may be Markup, which would escape the other one.
        *lines, begun = f"{begun}{piece}".split("\n")
        yield from (f"{line}\n" for line in lines if line.strip())
    if begun.strip():
        yield begun
