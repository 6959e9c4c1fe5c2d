"""Small changes to an operator's XML file that leave every other byte of it as it was."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from fsplug.errors import Invalid

_START_TAG = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_INDENT = 2


@dataclass(frozen=True, slots=True)
class Element:
    """An element and its place in bytes: from `start` to `end`, with its contents from `inner` to `closing`."""

    name: str
    attributes: Mapping[str, str]
    start: int
    inner: int
    closing: int
    end: int

    @property
    def is_empty_tag(self) -> bool:
        """Whether it is written as <name/>: there is no inside to put anything in."""
        return self.inner == self.end

    def holds(self, other: "Element") -> bool:
        """Whether the other one stands inside this one."""
        return self.inner <= other.start and other.end <= self.closing


@dataclass(slots=True)
class _Reader:
    source: bytes
    open: list[tuple[str, Mapping[str, str], int]] = field(default_factory=list)
    found: list[Element] = field(default_factory=list)

    def read(self) -> list[Element]:
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda name, attributes: self.open.append(
            (name, attributes, parser.CurrentByteIndex)
        )
        parser.EndElementHandler = lambda _: self._ended(parser.CurrentByteIndex)
        parser.Parse(self.source, True)
        return sorted(self.found, key=lambda one: one.start)

    def _ended(self, at: int) -> None:
        name, attributes, start = self.open.pop()
        tag = _START_TAG.match(self.source, start)
        inner = tag.end() if tag else at
        # Of <name/>, expat says that its end comes after it, where another element's end may stand.
        is_empty_tag = tag is None or tag[0].endswith(b"/>")
        end = inner if is_empty_tag else self.source.index(b">", at) + 1
        self.found.append(Element(name, attributes, start, inner, at if end > inner else inner, end))


@dataclass(frozen=True, slots=True)
class XmlFile:
    """A configuration file as text that can be changed in places.

    Errors call it `name`. Each change returns a new XmlFile. Invalid("unreadable-xml") when it is not well-formed,
    "no-such-element" when it lacks what a change needs.
    """

    name: str
    source: bytes
    elements: tuple[Element, ...]

    @classmethod
    def parse(cls, name: str, source: bytes) -> "XmlFile":
        """The file, when it is well-formed."""
        try:
            return cls(name, source, tuple(_Reader(source).read()))
        except expat.ExpatError as error:
            text = f"{name} is not well-formed XML ({error}); correct it, then try again"
            raise Invalid("unreadable-xml", text, file=name) from error

    @property
    def whole(self) -> Element:
        """The outermost element."""
        return self.elements[0]

    def all(self, tag: str, within: Element | None = None, **attributes: str) -> Iterator[Element]:
        """Elements of this tag with these attributes, in the file's order."""
        for one in self.elements:
            fits = one.name == tag and all(one.attributes.get(key) == value for key, value in attributes.items())
            if fits and (within is None or within.holds(one)):
                yield one

    def find(self, tag: str, within: Element | None = None, **attributes: str) -> Element | None:
        """The first of them; None if there is none."""
        return next(self.all(tag, within, **attributes), None)

    def need(self, tag: str, within: Element | None = None, **attributes: str) -> Element:
        """The first of them; Invalid if there is none."""
        found = self.find(tag, within, **attributes)
        if found is None:
            which = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
            text = f"{self.name} has no <{tag}{which}>; put one there, or start from an empty folder"
            raise Invalid("no-such-element", text, file=self.name)
        return found

    def with_first(self, parent: Element, line: str) -> "XmlFile":
        """With this line as the first inside `parent`, unless it is inside it already."""
        return self._with_line(parent, line, parent.inner)

    def with_last(self, parent: Element, line: str) -> "XmlFile":
        """With this line as the last inside `parent`, unless it is inside it already."""
        before = self.source[parent.inner : parent.closing].rstrip()
        return self._with_line(parent, line, parent.inner + len(before))

    def with_param(self, parent: Element, name: str, value: str) -> "XmlFile":
        """With <param name= value=> inside `parent`: the value of the one there, else a new one.

        Of several the switch takes the last.
        """
        there = [*self.all("param", parent, name=name)]
        if not there:
            return self.with_first(parent, param(name, value))
        if there[-1].attributes.get("value") == value:
            return self
        return self._replaced(there[-1].start, there[-1].end, param(name, value))

    def without_param(self, parent: Element, name: str) -> "XmlFile":
        """With every such <param> of `parent` in a comment."""
        file = self
        for there in reversed([*self.all("param", parent, name=name)]):
            said = self.source[there.start : there.end].decode("utf-8").replace("--", "- -")
            file = file._replaced(there.start, there.end, f"<!-- fsplug: {said} -->")
        return file

    def _with_line(self, parent: Element, line: str, at: int) -> "XmlFile":
        if any(self.source[one.start : one.end] == line.encode() for one in self.elements if parent.holds(one)):
            return self
        indent = b"\n" + self._indent_of(parent) + b" " * _INDENT
        if parent.is_empty_tag:
            opened = self.source[parent.start : parent.end].rstrip(b">").rstrip(b"/").rstrip() + b">"
            closed = b"\n" + self._indent_of(parent) + f"</{parent.name}>".encode()
            return self._replaced(parent.start, parent.end, (opened + indent + line.encode() + closed).decode("utf-8"))
        # Of a line with an include FreeSWITCH takes nothing else (switch_xml.c, 1.11.1).
        goes_on = self.source[at:].partition(b"\n")[0].strip() != b""
        after = b"\n" + self._indent_of(parent) if goes_on else b""
        return self._replaced(at, at, (indent + line.encode() + after).decode("utf-8"))

    def _indent_of(self, element: Element) -> bytes:
        begins = self.source.rfind(b"\n", 0, element.start) + 1
        before = self.source[begins : element.start]
        return before if before.isspace() else b""

    def _replaced(self, start: int, end: int, text: str) -> "XmlFile":
        return XmlFile.parse(self.name, self.source[:start] + text.encode() + self.source[end:])


def param(name: str, value: str) -> str:
    """<param name= value=/> with both as XML wants them."""
    return f"<param name={quoteattr(name)} value={quoteattr(value)}/>"


def include(files: str) -> str:
    """The line that includes these files, as FreeSWITCH's preprocessor wants it: within one line, double quotes."""
    return f'<X-PRE-PROCESS cmd="include" data="{files}"/>'
