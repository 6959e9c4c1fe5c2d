"""What a talk that went as it should has left."""

RECORDED = [(True, "department-policy", "1001")]


def assert_one_whole_recording(story, recording):
    story.until(60)
    assert story.verdicts() == RECORDED
    assert story.recordings() == {recording: "stopped"}
    assert (story.gaps(), story.open_calls(), story.rejects()) == ([], [], [])
    assert (story.book.calls, story.book.channels, story.book.recordings) == ({}, {}, {})
