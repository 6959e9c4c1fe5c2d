"""All time zones, for a switch that has none."""

import zoneinfo

from fsplug.xml.dialplan.hours import posix_rule


def posix_rules() -> dict[str, str]:
    """The rule in force from now on of every zone that tzdata knows, such as `CET-1CEST,M3.5.0,M10.5.0/3`."""
    rules = {zone: posix_rule(zone) for zone in sorted(zoneinfo.available_timezones())}
    return {zone: rule for zone, rule in rules.items() if rule}
