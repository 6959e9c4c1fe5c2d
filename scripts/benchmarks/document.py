"""The place of a table in a document."""

from pathlib import Path

from fsplug.errors import Invalid

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


def write(path: Path, text: str) -> None:
    """Put the text between the markers. Invalid if they are missing."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise Invalid("no-place", f"{path} has no {BEGIN} with {END} after it; add them where the table shall stand")
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
