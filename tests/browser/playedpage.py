"""A page with a player: what it plays, where it is, what is drawn and what is read aloud."""

from typing import Any

# Of the one audio element, which is in no document.
WATCHED = "const Own = Audio; globalThis.Audio = function () { return (globalThis.heard = new Own()); };"
IS_RUNNING = "() => globalThis.heard.currentTime > 0.3 && !globalThis.heard.paused && !globalThis.heard.muted"
# Whether more of the first lane's canvas is drawn than a line.
IS_DRAWN = """() => {
    const canvas = document.querySelector(".wave > div")?.shadowRoot.querySelector(".canvases canvas");
    if (!canvas) return false;
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.filter((value, at) => at % 4 === 3 && value > 0).length > 0.05 * canvas.width * canvas.height;
}"""


def seconds_played(page: Any) -> float:
    return float(page.evaluate("globalThis.heard.currentTime"))


# Keys on the waveform, and the second of 100 to which each leads; of a recording of 292 seconds.
SOUGHT = """
    4               40%
    ArrowRight      +10
    ArrowUp         +10
    Shift+ArrowUp   +1
    ArrowDown       -10
    Shift+ArrowLeft -1
    PageUp          +60
    PageDown        -60
    Home            0%
    PageDown        0%
    End             100%
"""
