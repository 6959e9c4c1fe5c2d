"""When a mobile that dialled the star code is called back: a request that anybody can send must not make phones ring
often.

The request proves nothing about its sender: an address and a caller ID can be forged. So each person is called back one
call at a time, after a pause that doubles with each call-back that nobody confirmed, and each company one call at a
time.
"""

from dataclasses import dataclass, field

# The least time from the beginning of one call-back to the beginning of the next, to a person and in a company.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 20.0, 3_600.0
COMPANY_PAUSE_SECONDS = 2.0


def pause_seconds(unconfirmed: int) -> float:
    """The pause after so many call-backs in a row that nobody confirmed."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** min(unconfirmed, 20), LONGEST_PAUSE_SECONDS)


@dataclass(slots=True)
class _Asked:
    began_at: float = -LONGEST_PAUSE_SECONDS
    unconfirmed: int = 0
    goes_on: bool = False


@dataclass(slots=True)
class CallBackLimits:
    """What was called back lately. Times are seconds of a clock that is never set."""

    _people: dict[tuple[str, str], _Asked] = field(default_factory=dict)
    _companies: dict[str, _Asked] = field(default_factory=dict)

    def begin(self, company: str, username: str, now: float) -> bool:
        """Whether this person may be called back now; if so, it has begun and must be ended with `end`."""
        person = self._people.setdefault((company, username), _Asked())
        whole = self._companies.setdefault(company, _Asked())
        if person.goes_on or whole.goes_on:
            return False
        if now - person.began_at < pause_seconds(person.unconfirmed) or now - whole.began_at < COMPANY_PAUSE_SECONDS:
            return False
        for one in (person, whole):
            one.began_at, one.goes_on = now, True
        return True

    def end(self, company: str, username: str, is_confirmed: bool) -> None:
        """The call-back of this person is over. `is_confirmed`: the key was pressed."""
        person = self._people[company, username]
        person.unconfirmed = 0 if is_confirmed else person.unconfirmed + 1
        person.goes_on = self._companies[company].goes_on = False
