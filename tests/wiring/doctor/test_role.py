"""What the doctor takes a machine for: by what serves, and else by what served last."""

from pathlib import Path

from fsplug.wiring.doctor.role import MachineRole, role_of
from fsplug.wiring.settings import read
from tests.tables import table

CALLS, UPKEEP, CONSOLE = "serve.lock", "upkeep.lock", "console.lock"
# What runs, the locks that are there, and the role.
ROLES = (
    ((), (), MachineRole.ALL),
    ((CALLS, UPKEEP, CONSOLE), (CALLS, UPKEEP, CONSOLE), MachineRole.ALL),
    ((CALLS, UPKEEP), (CALLS, UPKEEP), MachineRole.ALL),
    ((UPKEEP, CONSOLE), (CALLS, UPKEEP, CONSOLE), MachineRole.ALL),
    ((CONSOLE,), (CONSOLE,), MachineRole.CONSOLE),
    ((CONSOLE,), (CALLS, UPKEEP, CONSOLE), MachineRole.CONSOLE),
    ((), (CONSOLE,), MachineRole.CONSOLE),
    ((), (CALLS, UPKEEP, CONSOLE), MachineRole.ALL),
    ((), (CALLS, UPKEEP), MachineRole.ALL),
)


def test_the_role_is_that_of_what_serves_or_served_last(tmp_path: Path) -> None:
    with table() as rows:
        for number, (held, there, role) in enumerate(ROLES):
            with rows.row((held, there)):
                folder = tmp_path / str(number)
                folder.mkdir()
                for name in there:
                    (folder / name).touch()
                assert role_of(read(folder, {}), lambda lock, held=held: lock.name in held) is role
