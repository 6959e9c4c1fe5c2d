"""The check-up of what the switch gives to those who name a call to take its place (SIP Replaces)."""

from fsplug.wiring.doctor.findings import Api, Finding, ok, warn

_SUBJECT = "calls taken over"
# What refuses it in the switch itself; an extension that is meant to do otherwise sets its own value.
WANTED = {"intercept_unbridged_only": "true", "eavesdrop_require_group": "nobody"}


def on_switch(api: Api) -> Finding:
    """The switch gives nobody a call that talks, or that somebody listens to."""
    missing = [f"{name}={value}" for name, value in WANTED.items() if not api(f"global_getvar {name}").strip()]
    if missing:
        text = "a phone or trunk that names a call can take it over until fsplug hangs it up"
        remedy = f"set {' and '.join(missing)} in the switch's vars.xml (docs/operating.md), and run reloadxml"
        return warn(_SUBJECT, text, remedy)
    return ok(_SUBJECT, "the switch itself gives nobody a call that talks")
