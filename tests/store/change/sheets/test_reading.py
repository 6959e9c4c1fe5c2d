"""What spreadsheets and other systems write is read whole, or refused without repeating what stands in it."""

import io
import zipfile
from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from fsplug.errors import Invalid
from fsplug.store.change.sheets import reading
from fsplug.store.change.sheets.reading import read
from tests.tables import table

ROWS = [["username", "extension", "name"], ["2101", "2101", "Søren Ærø"], ["2102", "2102", "Åse Östlund"]]


def _csv(separator: str = ";", line_end: str = "\r\n") -> str:
    return "".join(separator.join(row) + line_end for row in ROWS)


def _workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def _with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one part replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
        for one in before.namelist():
            after.writestr(one, content if one == name else before.read(one))
    return file.getvalue()


def test_every_encoding_separator_and_line_end_reads_as_the_same_table() -> None:
    files = {
        "UTF-8": _csv().encode(),
        "with a mark and sep=": b"\xef\xbb\xbfsep=;\r\n" + _csv().encode(),
        "sep= in quotes": b'"sep=|"\n' + _csv("|").encode(),
        "UTF-16, tabs": _csv("\t").encode("utf-16"),
        "UTF-16, big end first": b"\xfe\xff" + _csv("\t").encode("utf-16-be"),
        "UTF-16 without a mark": _csv().encode("utf-16-le"),
        "Windows-1252": _csv().encode("cp1252"),
        "an old Mac": _csv(line_end="\r").encode("mac_roman"),
        "DOS": _csv().encode("cp850"),
        "carriage returns": _csv(",", "\r").encode(),
        "a workbook": _workbook(ROWS),
    }
    with table() as rows:
        for name, data in files.items():
            with rows.row(name):
                found = read(data)
                assert [list(found.headings), *(list(row.cells) for row in found.rows)] == ROWS


def test_a_line_has_the_number_that_an_editor_shows() -> None:
    found = read(b'sep=;\r\nusername;name\r\n\r\n1001;"a\r\nb"\r\n1002;c\r\n')
    assert [(row.number, row.cells) for row in found.rows] == [(5, ("1001", "a\nb")), (6, ("1002", "c"))]


def test_a_separator_inside_quotes_parts_nothing() -> None:
    assert read(b'"user;name","a;b;c"\n1,2\n').headings == ("user;name", "a;b;c")


def test_a_workbooks_numbers_have_no_decimals_and_its_empty_rows_are_nobody() -> None:
    found = read(
        _workbook([["username", "record", "fixed_number"], [2101.0, True, 4570109999], [], [2102, None, None]])
    )
    assert [(row.number, row.cells) for row in found.rows] == [
        (2, ("2101", "true", "4570109999")),
        (4, ("2102", "", "")),
    ]


BOMB = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'secret'>]><styleSheet>&a;</styleSheet>"
REFUSED = [
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old-workbook"),
    (b"PK\x03\x04 and no more", "bad-workbook"),
    (_with_part(_workbook(ROWS), "xl/worksheets/sheet1.xml", b"<worksheet><row"), "bad-workbook"),
    (_with_part(_workbook(ROWS), "xl/styles.xml", BOMB), "bad-workbook"),
    (_with_part(_workbook(ROWS), "xl/styles.xml", BOMB.decode().encode("utf-16")), "bad-workbook"),
    (_with_part(_workbook(ROWS), "xl/styles.xml", b" " * (33 * 2**20)), "workbook-too-large"),
    (_with_part(_workbook(ROWS), "[Content_Types].xml", b""), "bad-workbook"),
    (b"secret,\x01\x02", "unreadable-file"),
    (b'username\n"secret', "bad-csv"),
    (b"secret" * (reading.MOST_BYTES // 6 + 1), "file-too-large"),
    (b"username\n" + b"secret\n" * (reading.MOST_ROWS + 1), "file-too-large"),
    (b"a;" * reading.MOST_COLUMNS + b"secret\n", "file-too-large"),
]


@pytest.mark.parametrize(("data", "code"), REFUSED, ids=range(len(REFUSED)))
def test_what_cant_be_read_is_refused_and_not_repeated(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(data)
    assert refused.value.code == code
    assert "secret" not in refused.value.text


def test_a_row_far_below_the_others_is_not_waited_for() -> None:
    book = _workbook(ROWS)
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>')
    assert len(read(_with_part(book, "xl/worksheets/sheet1.xml", far)).rows) == len(ROWS) - 1
