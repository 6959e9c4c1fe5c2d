"""`fsplug licence`: add-ons that users hold."""

from fsplug.cli.config.grants import commands
from fsplug.policy.entities import Licence

licence = commands("licence", "licences", Licence, "Licences: add-ons held per user.")
