"""`fsplug right`: what supervisors may do."""

from fsplug.cli.config.grants import commands
from fsplug.policy.entities import Right

right = commands("right", "rights", Right, "Rights: what a supervisor may do, held per user.")
