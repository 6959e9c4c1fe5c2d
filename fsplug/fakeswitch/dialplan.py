"""The XML dialplan: which actions a call runs, by the rules of mod_dialplan_xml.c 1.11.1."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from fsplug.errors import Invalid
from fsplug.fakeswitch.channel import Channel, is_true

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SET = re.compile(r"""<X-PRE-PROCESS\s+cmd="set"\s+data="([^"=]+)=([^"]*)"\s*/>""", re.IGNORECASE)
_PRE_PROCESS = re.compile(r"<X-PRE-PROCESS[^>]*/>", re.IGNORECASE)
_GLOBAL = re.compile(r"\$\$\{([^}]+)\}")
_CAPTURE = re.compile(r"\$(\d{1,2})")
# The files of a configuration that set the dialplan's global variables.
_SETTINGS_FILES = ("ports.xml", "vars.xml", "freeswitch.xml")

Action = tuple[str, str]
Expand = Callable[[Channel, str], str]
Execute = Callable[[Channel, str, str], None]


class Dialplan:
    """The contexts of one or more files."""

    def __init__(self, contexts: Mapping[str, ElementTree.Element]) -> None:
        self._contexts = contexts

    def route(
        self, channel: Channel, expand: Expand, execute: Execute, destination: str = "", context: str = ""
    ) -> list[Action]:
        """The actions for a channel; inline actions run during the search. Empty when nothing matches."""
        hunt = _Hunt(channel, expand, execute, destination or channel.profile.destination)
        return hunt.in_context(self._contexts.get(context or channel.profile.context))


def load(folder: Path, given: Mapping[str, str]) -> tuple[Dialplan, dict[str, str]]:
    """The dialplan of a folder of XML files, and its global variables; those `given` take precedence."""
    if not folder.is_dir():
        raise Invalid("no-dialplan", f"{folder} is not a folder of dialplan files; name one with --dialplan")
    texts = {path: _COMMENT.sub("", path.read_text()) for path in sorted(folder.rglob("*.xml"))}
    beside = [folder.parent / name for name in _SETTINGS_FILES]
    settings = [_COMMENT.sub("", path.read_text()) for path in beside if path.is_file()]
    values: dict[str, str] = {}
    for text in (*settings, *texts.values()):
        values.update(_SET.findall(text))
    values.update(given)
    return parse(_with_globals(text, values) for text in texts.values()), values


def parse(texts: Iterator[str]) -> Dialplan:
    """The dialplan of these documents; a context in several documents is merged."""
    contexts: dict[str, ElementTree.Element] = {}
    for text in texts:
        for context in _contexts(text):
            name = context.get("name", "")
            if name in contexts:
                contexts[name].extend(context)
            else:
                contexts[name] = context
    return Dialplan(contexts)


def _contexts(text: str) -> list[ElementTree.Element]:
    try:
        root = ElementTree.fromstring(_PRE_PROCESS.sub("", text))
    except ElementTree.ParseError as error:
        raise Invalid("bad-dialplan", f"a dialplan file is not well-formed XML: {error}") from error
    return [root] if root.tag == "context" else list(root.iter("context"))


def _with_globals(text: str, values: Mapping[str, str]) -> str:
    return _GLOBAL.sub(lambda found: values.get(found.group(1), ""), text)


class _Hunt:
    """One search through a context for one channel."""

    def __init__(self, channel: Channel, expand: Expand, execute: Execute, destination: str) -> None:
        self._channel = channel
        self._expand = expand
        self._execute = execute
        self._destination = destination
        self._actions: list[Action] = []

    def in_context(self, context: ElementTree.Element | None) -> list[Action]:
        for extension in context.iter("extension") if context is not None else ():
            if self._extension(extension) and not is_true(extension.get("continue")):
                break
        return self._actions

    def _extension(self, parent: ElementTree.Element) -> bool:
        """parse_exten: whether the extension, or a condition with conditions inside, matched."""
        proceed = False
        for condition in parent.findall("condition"):
            match, proceed = self._matches(condition)
            passed = proceed
            proceed = self._take(condition, match, passed) or proceed
            if _breaks(condition, passed):
                break
            if proceed and condition.find("condition") is not None:
                proceed = self._extension(condition)
                if not proceed and condition.get("break") != "never":
                    return False
        return proceed

    def _matches(self, condition: ElementTree.Element) -> tuple[re.Match[str] | None, bool]:
        rule = condition.get("regex")
        if rule:
            return self._regexes(condition, rule)
        if condition.get("field") is None:
            return None, True
        match = self._match(condition)
        return match, match is not None

    def _regexes(self, condition: ElementTree.Element, rule: str) -> tuple[re.Match[str] | None, bool]:
        matches = [self._match(each) for each in condition.findall("regex")]
        hits = [match for match in matches if match]
        passed = {"all": len(hits) == len(matches), "xor": len(hits) == 1}.get(rule, bool(hits))
        return hits[-1] if hits else None, passed

    def _match(self, element: ElementTree.Element) -> re.Match[str] | None:
        expression = element.get("expression") or element.findtext("expression") or ""
        return _compiled(self._expand(self._channel, expression)).search(self._field(element.get("field", "")))

    def _field(self, field: str) -> str:
        if "$" in field:
            return self._expand(self._channel, field)
        return self._destination if field == "destination_number" else self._channel.profile_field(field) or ""

    def _take(self, condition: ElementTree.Element, match: re.Match[str] | None, passed: bool) -> bool:
        """Collect the actions or anti-actions; True if the search proceeds after anti-actions."""
        for action in condition.findall("action" if passed else "anti-action"):
            data = action.get("data") or action.text or ""
            self._add(action, _substituted(data, match) if passed else data)
        return not passed and condition.find("anti-action") is not None

    def _add(self, action: ElementTree.Element, data: str) -> None:
        application = action.get("application", "")
        for _ in range(int(action.get("loop", "1"))):
            if is_true(action.get("inline")):
                self._execute(self._channel, application, data)
            else:
                self._actions.append((application, data))


def _breaks(condition: ElementTree.Element, passed: bool) -> bool:
    rule = condition.get("break", "on-false")
    return rule == "always" or (passed and rule == "on-true") or (not passed and rule == "on-false")


def _substituted(data: str, match: re.Match[str] | None) -> str:
    """The text with `$1` and the like replaced by the expression's captures."""
    if match is None or not match.re.groups:
        return data
    groups = (match.group(0), *match.groups())
    return _CAPTURE.sub(lambda found: (groups[int(found[1])] or "") if int(found[1]) < len(groups) else "", data)


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise Invalid("bad-expression", f"{expression!r} is not a regular expression: {error}") from error
