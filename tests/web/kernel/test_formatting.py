"""Times as people write them, in each language."""

from zoneinfo import ZoneInfo

from fsplug.web.kernel.formatting import Moments
from tests.tables import table

AT = 1_790_000_000.0
WRITTEN = {
    "da": ("21. sep. 2026", "21. sep. 2026, 16:13", "21. sep. 2026, 16:13:20"),
    "sv": ("21 sep. 2026", "21 sep. 2026, 16:13", "21 sep. 2026, 16:13:20"),
    "en": ("21 Sept 2026", "21 Sept 2026, 16:13", "21 Sept 2026, 16:13:20"),
}


def test_a_day_is_written_alike_with_and_without_the_time() -> None:
    with table() as rows:
        for language, (day, when, exact) in WRITTEN.items():
            moments = Moments(ZoneInfo("Europe/Copenhagen"), language, AT + 86_400)
            with rows.row(language):
                assert (moments.day(AT), moments.when(AT), moments.exact(AT)) == (day, when, exact)
