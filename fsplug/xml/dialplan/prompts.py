"""Which file to play: the company's own, the installation's, or one that comes with fsplug."""

from collections.abc import Mapping
from pathlib import Path

from fsplug.errors import Invalid
from fsplug.words.catalogue import FALLBACK_LANGUAGE
from fsplug.xml.ways import OWN_PROMPTS, Ways

CONSENT = "consent.wav"
# These characters separate words and files, or begin a variable, in the switch's playback commands.
_PARTING = frozenset(" !'\"$\\{}[]|,\t\n")


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


def question(ways: Ways, domain: str, languages: tuple[str, ...], files: Mapping[str, str]) -> tuple[str, str]:
    """What an IVR plays, one language after the other, and its first language.

    `files` are the IVR's own files by language; without any it asks for consent to a recording, in every available
    language.
    """
    wanted = [(language, files.get(language) if files else CONSENT) for language in languages]
    found = [(language, find(ways, domain, language, file)) for language, file in wanted if file]
    there = [(language, str(path)) for language, path in found if path]
    if not there:
        language, path = spoken(ways, domain, languages, CONSENT)
        there = [(language, str(path))]
    played = "!".join(path for _, path in there)
    return there[0][0], f"file_string://{played}" if len(there) > 1 else played
