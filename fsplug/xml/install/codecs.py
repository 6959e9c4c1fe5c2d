"""Codecs: those that every FreeSWITCH has, and the wideband ones where the switch has their modules."""

from collections.abc import Iterator
from pathlib import Path

_ALWAYS = ("PCMA", "PCMU")
# The best first. Opus has 48 kHz unless another rate is named: a recording would take 11.5 MB a minute, with no more
# speech in it than at 16 kHz.
_WIDEBAND = {"OPUS@16000h@20i": "mod_opus", "G722": "mod_spandsp"}
# Where packages and `make install` put the modules: beside the configuration's own prefix, else in a usual place.
_BELOW_PREFIX = ("lib/freeswitch/mod", "mod")
_USUAL_PLACES = (
    "/usr/lib/freeswitch/mod",
    "/usr/lib64/freeswitch/mod",
    "/usr/local/lib/freeswitch/mod",
    "/usr/local/freeswitch/lib/freeswitch/mod",
    "/usr/local/freeswitch/mod",
    "/opt/freeswitch/lib/freeswitch/mod",
    "/opt/freeswitch/mod",
)


def module_folder(conf: Path) -> Path | None:
    """The folder of the modules of the switch with this configuration folder; None if there is none where they
    usually are.
    """
    return next((place for place in _places(conf.expanduser().absolute()) if place.is_dir()), None)


def wideband(folder: Path | None) -> tuple[str, ...]:
    """The wideband codecs whose modules lie in this folder, the best first."""
    if folder is None:
        return ()
    return tuple(codec for codec, module in _WIDEBAND.items() if has_module(folder, module))


def has_module(folder: Path | None, module: str) -> bool:
    """Whether this module lies in this folder."""
    return folder is not None and (folder / f"{module}.so").is_file()


def preferences(codecs: tuple[str, ...]) -> str:
    """What a SIP profile offers, in this order, if it has these wideband codecs."""
    return ",".join((*codecs, *_ALWAYS))


def modules(codecs: tuple[str, ...]) -> tuple[str, ...]:
    """The modules of these wideband codecs."""
    return tuple(_WIDEBAND[codec] for codec in codecs)


def _places(conf: Path) -> Iterator[Path]:
    for prefix in conf.parents[:3]:
        for place in _BELOW_PREFIX:
            if str(prefix) not in ("/", "/etc"):
                yield prefix / place
    yield from map(Path, _USUAL_PLACES)
