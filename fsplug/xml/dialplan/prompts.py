"""Which file to play: the company's own, the installation's, or one that comes with fsplug."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fsplug.errors import Invalid
from fsplug.words.catalogue import FALLBACK_LANGUAGE
from fsplug.words.prompts import prompt_texts
from fsplug.xml.ways import OWN_PROMPTS, Ways

CONSENT, RECORDED = "consent.wav", "recorded.wav"
# These characters separate words and files, or begin a variable, in the switch's playback commands.
_PARTING = frozenset(" !'\"$\\{}[]|,\t\n")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is played: one file for each of `languages`, one after the other."""

    languages: tuple[str, ...]
    files: tuple[Path, ...]

    @property
    def played(self) -> str:
        """What the switch is told to play."""
        return f"file_string://{'!'.join(map(str, self.files))}" if len(self.files) > 1 else str(self.files[0])

    @property
    def noted(self) -> str:
        """Its languages and hashes, as `policy.consent` notes them on a leg."""
        return f"{'+'.join(self.languages)}:{'+'.join(map(hash_of, self.files))}"


def find(ways: Ways, domain: str, language: str, file: str) -> Path | None:
    """The file in this language; None if there is none."""
    spoken = language.partition("-")[0]
    own = (ways.prompts / domain / language, ways.prompts / language) if ways.prompts else ()
    places = (*own, OWN_PROMPTS / language, OWN_PROMPTS / spoken)
    found = next((place / file for place in places if (place / file).is_file()), None)
    if found is not None and _PARTING.intersection(str(found)):
        text = f"{found} can't be played: its path holds a blank or one of !'\"$\\{{}}[]|,; move the folder"
        raise Invalid("bad-prompt-path", text, path=str(found))
    return found


def spoken(ways: Ways, domain: str, languages: tuple[str, ...], file: str) -> tuple[str, Path]:
    """The first of the languages that has the file, else English; and the file."""
    for language in languages:
        if found := find(ways, domain, language, file):
            return language, found
    return FALLBACK_LANGUAGE, find(ways, domain, FALLBACK_LANGUAGE, file) or OWN_PROMPTS / FALLBACK_LANGUAGE / file


def question(ways: Ways, domain: str, languages: tuple[str, ...], files: Mapping[str, str]) -> Prompt:
    """What an IVR plays.

    `files` are the IVR's own files by language; without any it asks for consent to a recording, in every available
    language.
    """
    wanted = [(language, files.get(language) if files else CONSENT) for language in languages]
    return _prompt(ways, domain, languages, [(language, file) for language, file in wanted if file], CONSENT)


@dataclass(frozen=True, slots=True)
class Telling:
    """What is played to whoever is asked whether a call may be recorded, and to whoever is told that it may be."""

    question: Prompt
    announcement: Prompt


def telling(ways: Ways, domain: str, languages: tuple[str, ...]) -> Telling:
    """The company's, in each of its languages that has them."""
    announced = _prompt(ways, domain, languages, [(language, RECORDED) for language in languages], RECORDED)
    return Telling(question(ways, domain, languages, {}), announced)


def _prompt(
    ways: Ways, domain: str, languages: tuple[str, ...], wanted: Sequence[tuple[str, str]], else_file: str
) -> Prompt:
    """The files that are there of those `wanted`, each with its language; without any, `else_file` in one of
    `languages`.
    """
    found = [(language, find(ways, domain, language, file)) for language, file in wanted]
    there = [(language, path) for language, path in found if path]
    heard = there or [spoken(ways, domain, languages, else_file)]
    return Prompt(tuple(language for language, _ in heard), tuple(path for _, path in heard))


def hash_of(path: Path) -> str:
    """The SHA-256 of a prompt's file as it is now; empty if it can't be read."""
    try:
        known = path.stat()
        return _hash(path, known.st_mtime_ns, known.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=1_024)
def _hash(path: Path, changed_ns: int, size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def what_is_said(folder: Path | None) -> dict[str, str]:
    """The text of each prompt by the SHA-256 of its file: of those that come with fsplug, and of those in `folder` that
    have it beside them, in a file of the same name that ends with .txt.
    """
    texts = {hash_of(OWN_PROMPTS / language / f"{name}.wav"): text for name, language, text in prompt_texts()}
    for beside in folder.rglob("*.txt") if folder else ():
        texts[hash_of(beside.with_suffix(".wav"))] = beside.read_text(encoding="utf-8", errors="replace").strip()
    return {one: text for one, text in texts.items() if one}
