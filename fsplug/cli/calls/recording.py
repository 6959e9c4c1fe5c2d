"""`fsplug recording`: what was recorded, and whether it is whole."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fsplug.cli.calls.verification import check
from fsplug.cli.kernel import crud
from fsplug.cli.kernel.background import give_way, paced
from fsplug.cli.kernel.context import EXIT_FOUND_WRONG, Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import DEFAULT_LIMIT, ListOptions, find, first, in_some_company, listing_options, more
from fsplug.cli.kernel.output import counted, safe, seconds, sheet, table, when
from fsplug.cli.kernel.rules import CHECKED, RECORDINGS, CommandRule
from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need
from fsplug.policy.recording.holds import Span
from fsplug.policy.terms import TERM_NAMES, terms_facts
from fsplug.store.db.database import Store
from fsplug.store.recordings import access, deletions, holds, recordings
from fsplug.store.recordings.recordings import Recording, State
from fsplug.words.english import so_many

if TYPE_CHECKING:
    from fsplug.media.archive import Archive

Facts = dict[str, Any]
_NAMES = (
    *("id", "company", "call", "user", "direction", "state", "started_at", "stopped_at", "talk_seconds"),
    *("seconds", "bytes", "sha256", "location", "repaired"),
    *("cause", "caller", "answerer", "group", "decision", "conversation"),
)


@click.group(cls=NounGroup)
def recording() -> None:
    """Recordings: one for each user's part of a call that policy wants recorded."""


@recording.command(name="list", rule=RECORDINGS)
@listing_options
@click.option("--state", type=click.Choice(list(map(str, State))), help="Only recordings in this state.")
@pass_invocation
def list_(invocation: Invocation, options: ListOptions, state: str | None) -> None:
    """List recordings, newest first. Deleted recordings are listed only with --state deleted."""
    listed = partial(recordings.listed, deleted=state == State.DELETED)
    with invocation.store() as store:
        rows = (one for one in find(store, options, listed) if state in (None, one.state))
        found, cut = first(rows, options.limit)
    archive = invocation.settings().archive
    facts = [_facts(one, archive) for one in found]
    titles = ("recording", "started", "company", "user", "direction", "caller", "answerer", "length", "state", "cause")
    empty = ["no recordings yet; see what is recorded with: fsplug policy show --company C"]
    lines = table(titles, map(_row, facts)) if facts else empty
    invocation.print(facts, *lines, *([more(options.limit)] if cut else []))


@recording.command(rule=CommandRule(Need.RECORDINGS, own=CHECKED))
@click.argument("recording", metavar="RECORDING")
@click.option("--company", metavar="DOMAIN", help="Only a recording of this company.")
@pass_invocation
def show(invocation: Invocation, recording: str, company: str | None) -> None:
    """Show one recording."""
    with invocation.store() as store:
        found = _get(store, recording, company)
        if invocation.actor is not None and found.company is not None:
            access.recording(store, found.company, recording, invocation.actor)
        held = holds.within(store, found)
        _, answerer = access.ends_of(store, found)
    facts = {**_facts(found, invocation.settings().archive), "holds": [_hold(span) for span in held]}
    facts["picked_up_by"] = (answerer.username or answerer.text) if answerer.picked_up else None
    readable = {name: when(facts[name]) for name in ("started_at", "stopped_at")}
    readable |= {name: seconds(facts[name]) for name in ("talk_seconds", "seconds")}
    readable |= {"holds": ", ".join(f"{one['by']} {one['from']}-{one['until']} s" for one in facts["holds"])}
    invocation.print(facts, *sheet({**facts, **readable}))


@recording.command(rule=CommandRule(Need.RECORDINGS))
@click.argument("ids", metavar="[RECORDING...]", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every sealed recording.")
@click.option("--company", metavar="DOMAIN", help="Only recordings of this company.")
@pass_invocation
def verify(invocation: Invocation, ids: tuple[str, ...], every: bool, company: str | None) -> None:
    """Check recordings in the archive: present, size, SHA-256, readable. The exit code is 1 if one fails.

    It uses only the processor and disk time that calls leave over.
    """
    from fsplug.wiring.archives import archive_at

    if bool(ids) == every:
        raise click.UsageError("give recordings, or --all")
    give_way()
    archive = archive_at(invocation.settings().archive)
    results = []
    with invocation.store() as store:
        for one in counted(paced(_wanted(store, ids, company)), "recordings"):
            results.append(_verified(invocation, one, archive))
    failed = sum(not result["ok"] for result in results)
    empty = "no sealed recordings yet; there is nothing to verify"
    invocation.print(results, f"{len(results) - failed} ok, {failed} FAILED" if results else empty)
    if failed:
        click.get_current_context().exit(EXIT_FOUND_WRONG)


@recording.command(rule=CommandRule(Need.DELETION))
@click.argument("ids", metavar="RECORDING...", nargs=-1, required=True)
@click.option("--company", metavar="DOMAIN", help="Only recordings of this company.")
@click.option("--dry-run", is_flag=True, help="Only show what would be deleted.")
@click.option("--yes", is_flag=True, help="Delete without asking for confirmation.")
@pass_invocation
def delete(invocation: Invocation, ids: tuple[str, ...], company: str | None, dry_run: bool, yes: bool) -> None:
    """Delete recordings for everybody, at once. A deletion can be undone for a minute; then the files are destroyed."""
    with invocation.store() as store:
        by_company = _by_company(store, ids, company)
        going = [
            one
            for domain, some in by_company.items()
            for one in deletions.deletable(store, domain, some, invocation.by)
        ]
        if not dry_run:
            crud.confirm(invocation, so_many(len(going), "recording"), yes)
            with store.atomic():
                for domain, some in by_company.items():
                    deletions.delete(store, domain, some, invocation.by)
    undo = f"bring them back within {deletions.UNDO_SECONDS:.0f} s: fsplug recording undelete {' '.join(ids)}"
    said = (
        f"{so_many(len(going), 'recording')} would be deleted"
        if dry_run
        else f"{so_many(len(going), 'recording')} deleted; {undo}"
    )
    invocation.print([{"id": one.id, "company": one.company, "deleted": not dry_run} for one in going], said)


@recording.command(rule=CommandRule(Need.DELETION))
@click.argument("ids", metavar="RECORDING...", nargs=-1, required=True)
@click.option("--company", metavar="DOMAIN", help="Only recordings of this company.")
@pass_invocation
def undelete(invocation: Invocation, ids: tuple[str, ...], company: str | None) -> None:
    """Bring back recordings that were deleted less than a minute ago."""
    with invocation.store() as store, store.atomic():
        for domain, some in _by_company(store, ids, company).items():
            deletions.undelete(store, domain, some, invocation.by)
    invocation.print([{"id": one, "deleted": False} for one in ids], f"{so_many(len(ids), 'recording')} brought back")


def _by_company(store: Store, ids: tuple[str, ...], company: str | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in ids:
        found.setdefault(str(_get(store, one, company).company), []).append(one)
    return found


def _wanted(store: Store, ids: tuple[str, ...], company: str | None) -> Iterator[Recording]:
    if ids:
        # All are looked up before the first is read, so that a mistyped one is reported at once.
        yield from [_get(store, one, company) for one in ids]
        return
    everything = find(store, ListOptions(company, limit=DEFAULT_LIMIT), recordings.listed)
    yield from (one for one in everything if one.state is State.SEALED)


def _verified(invocation: Invocation, recording: Recording, archive: "Archive") -> Facts:
    trouble = check(recording, archive)
    if not invocation.json:
        click.echo(f"FAILED {recording.id}: {safe(trouble)}" if trouble else f"ok     {recording.id}")
    return {"id": recording.id, "company": recording.company, "ok": trouble is None, "trouble": trouble}


def _get(store: Store, recording: str, company: str | None) -> Recording:
    found = in_some_company(store, company, partial(_in_company, store, recording))
    if found is None:
        text = f"there is no recording {recording}; see: fsplug recording list"
        raise Invalid("unknown-recording", text, recording=recording)
    return found


def _in_company(store: Store, recording: str, domain: str) -> Recording | None:
    return recordings.get(store, domain, recording)


def _facts(recording: Recording, archive: str) -> Facts:
    """The facts of a recording. `file` is its path when the archive is a folder."""
    in_folder = recording.location and "://" not in archive
    return {
        **{name: getattr(recording, name) for name in _NAMES},
        **(terms_facts(recording.terms) if recording.terms else dict.fromkeys(TERM_NAMES)),
        "detail": recording.lost_detail,
        "file": str(Path(archive, recording.location or "")) if in_folder else None,
    }


def _hold(span: Span) -> Facts:
    """Whose phone held the call, and when, in seconds from the beginning of the recording."""
    return {"by": str(span.by), "from": round(span.begin, 2), "until": round(span.end, 2)}


def _row(recording: Facts) -> tuple[object, ...]:
    named = (recording[name] for name in ("company", "user", "direction", "caller", "answerer"))
    started, length = when(recording["started_at"]), seconds(recording["seconds"])
    return (recording["id"], started, *named, length, recording["state"], recording["cause"])
