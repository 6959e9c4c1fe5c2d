"""The check-up of what arms calls while fsplug is away."""

from collections.abc import Iterator, Sequence

from fsplug.wiring.doctor.findings import Api, Finding, ok, wrong
from fsplug.wiring.endpoint import xml_ways
from fsplug.wiring.settings import Settings
from fsplug.xml.install.installation import PYTHON


def by_itself(api: Api, settings: Settings, domains: Sequence[str], python_path: str) -> Iterator[Finding]:
    """The switch can arm these companies' calls by itself while fsplug is away; its Python needs `python_path`."""
    subject = "while fsplug is away"
    folder = xml_ways.ways(settings).away
    if domains and folder is None:
        text = f"the switch has no policy to record {', '.join(domains)} by: their calls go on unrecorded"
        yield wrong(subject, text, "fsplug switch install --conf DIR")
    elif domains and api(f"module_exists {PYTHON}").strip() != "true":
        text = f"the switch has no {PYTHON} to record {', '.join(domains)} with: their calls go on unrecorded"
        yield wrong(subject, text, f"fsplug switch install --conf {settings.switch_conf}; restart the switch")
    else:
        for domain in domains:
            answer = api(f"python fsplug.modpython away {folder}/{domain}.json").strip()
            if answer.startswith("+OK"):
                yield ok(subject, f"the switch records the calls of {domain} by itself")
            else:
                text = f"the switch can't record the calls of {domain}: {answer.removeprefix('-ERR ')[:200]}"
                remedy = f"give the switch PYTHONPATH={python_path}; let its user read {folder}; start fsplug"
                yield wrong(subject, text, remedy)
