"""Documents read as FreeSWITCH reads them: which extensions a number runs, which user a name is."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from xml.etree.ElementTree import Element

Tree = Element


def answer(document: str) -> Tree:
    """The root of what the switch was answered."""
    return ElementTree.fromstring(document)


def file(text: str) -> Tree:
    """The root of a rendered file."""
    return ElementTree.fromstring(text)


def extensions_run(tree: Tree, dialled: str) -> list[Tree]:
    """The extensions that a number runs in the only context there: those that go on, and the first that doesn't."""
    found = []
    for extension in tree.iter("extension"):
        if matches(extension, dialled):
            found.append(extension)
            if extension.get("continue") != "true":
                break
    return found


def matches(extension: Tree, dialled: str) -> bool:
    """Whether every condition on the number holds; those on variables and times are the switch's at run time."""
    patterns = [
        condition.get("expression", "")
        for condition in extension.iter("condition")
        if condition.get("field") == "destination_number"
    ]
    return all(re.search(pattern, dialled, re.ASCII) for pattern in patterns)


def canonical(element: Tree) -> str:
    """The element as one text, the same for the same tree."""
    return ElementTree.canonicalize(ElementTree.tostring(element, encoding="unicode"), strip_text=True)


def users(tree: Tree) -> dict[str, tuple[str, str]]:
    """Every user by id: its group, and itself."""
    return {
        user.get("id", ""): (group.get("name", ""), canonical(user))
        for group in tree.iter("group")
        for user in group.iter("user")
    }


def variables(tree: Tree) -> dict[str, str]:
    """The variables of the one user there."""
    [user] = tree.iter("user")
    return {one.get("name", ""): one.get("value", "") for one in user.iter("variable")}


def params(tree: Tree) -> dict[str, str]:
    """The params of the one user there."""
    [user] = tree.iter("user")
    return {one.get("name", ""): one.get("value", "") for one in user.iter("param")}


def actions(tree: Tree, application: str) -> list[str]:
    """What the actions of this application are given."""
    return [one.get("data", "") for one in tree.iter("action") if one.get("application") == application]


def marks(tree: Tree) -> dict[str, str]:
    """What the extensions there mark a call with."""
    assignments = actions(tree, "multiset")
    return dict(one.partition("=")[::2] for data in assignments for one in data.removeprefix("^^|").split("|"))


def legs(tree: Tree) -> list[list[str]]:
    """Whom the last bridge there dials: for each step, the places dialled at once."""
    *_, data = actions(tree, "bridge")
    without_variables = re.sub(r"\$\{[^}]*\}", "", data)
    dialled = re.sub(r"[\[{][^\]}]*[\]}]", "", without_variables)
    return [step.split(",") for step in dialled.split("|")]


def preprocessed(text: str) -> Iterator[str]:
    """The lines that FreeSWITCH's preprocessor leaves (switch_xml.c, 1.11.1); it fails on what it would act on."""
    for line in text.split("\n"):
        if "<include>" in line or "</include>" in line:
            continue
        assert "<?" not in line
        assert "x-pre-process" not in line.lower()
        assert "$${" not in line
        assert "<!--" not in line
        yield line
