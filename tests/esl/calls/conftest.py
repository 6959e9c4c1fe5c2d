"""A story of calls for each test."""

from pathlib import Path

import pytest

from tests.esl.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)
