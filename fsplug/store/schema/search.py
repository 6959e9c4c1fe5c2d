"""What recordings are found by."""

from peewee import CompositeKey

from fsplug.store.schema.base import Table, index, real, text, truth, whole


class Keywords(Table):
    """A person, department, group or number that recordings are found by."""

    id = whole(key=True)
    company = text()
    kind = text()
    text = text()

    class Meta:
        table_name = "keyword"


index(Keywords, "keyword_text", "company kind text")


class NumberParts(Table):
    """The end of a number, from each of its digits on."""

    company = text()
    part = text()
    keyword = whole()

    class Meta:
        table_name = "number_part"
        primary_key = CompositeKey("company", "part", "keyword")


class RecordingKeywords(Table):
    """A recording under one of its keywords, in the order of time."""

    keyword = whole()
    at = real()
    recording = text()
    direction = text()
    digits = text()

    class Meta:
        table_name = "recording_keyword"
        primary_key = CompositeKey("keyword", "at", "recording")


class FiledRecordings(Table):
    """Under which keywords a recording is filed, and whether its decision was known then."""

    recording = text(key=True)
    at = real()
    decided = truth()
    keywords = text()

    class Meta:
        table_name = "filed_recording"
