"""The parts of the record flow, put together: from the switch's events to decisions and recordings."""

from dataclasses import dataclass

from fsplug.esl.calls.acts import Acts
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.changes import Changes
from fsplug.esl.calls.conference_stays import ConferenceStays
from fsplug.esl.calls.conferences import Conferences
from fsplug.esl.calls.consents import Consents
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.decisions import Decisions
from fsplug.esl.calls.disarming import Disarmer
from fsplug.esl.calls.foreseen import Foreseen
from fsplug.esl.calls.left_files import LeftFiles
from fsplug.esl.calls.left_recordings import LeftRecordings
from fsplug.esl.calls.pauses import Pauses
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.reconcile import Reconciler
from fsplug.esl.calls.recorder import Recorder
from fsplug.esl.calls.redirects import Redirects
from fsplug.esl.calls.renaming import Renaming
from fsplug.esl.calls.restore import Restorer
from fsplug.esl.calls.strays import Strays
from fsplug.esl.calls.taken_calls import TakenCalls
from fsplug.esl.calls.talks import Talks
from fsplug.esl.calls.transfers import Transfers
from fsplug.esl.calls.watch import Watch
from fsplug.esl.calls.withdrawals import Withdrawals
from fsplug.store.db.database import Store


@dataclass(frozen=True, slots=True)
class RecordFlow:
    """The ends of the flow: events go to `watch`; `reconciler` looks at the switch, and `restorer` after a restart.

    `redirects` says where callers go on to, and `left_files`, `left_recordings` and `conferences` wait for what the
    switch's records tell. `taken` hangs up who takes what is not theirs.
    """

    recorder: Recorder
    watch: Watch
    reconciler: Reconciler
    restorer: Restorer
    redirects: Redirects
    left_files: LeftFiles
    left_recordings: LeftRecordings
    conferences: Conferences
    conversations: Conversations
    consents: Consents
    taken: TakenCalls
    foreseen: Foreseen
    withdrawals: Withdrawals
    acts: Acts

    def restore(self) -> None:
        """After a restart, take up the calls that go on, what was withdrawn, and what is armed for their next talks."""
        dumps = self.restorer.restore()
        self.withdrawals.take_up()
        self.foreseen.take_up(dumps)

    @property
    def left(self) -> tuple[LeftFiles, LeftRecordings, Conversations, Consents]:
        """What the switch's records complete."""
        return self.left_files, self.left_recordings, self.conversations, self.consents


def record_flow(store: Store, book: CallBook, policy: PolicySource, ports: Ports) -> RecordFlow:
    """The record flow on this book, with what it needs around it."""
    changes, conversations = Changes(book, ports), Conversations(store, book, ports)
    recorder = Recorder(book, changes, Pauses(store, book, ports), ports)
    conversations.on_united = recorder.pauses.met
    transfers = Transfers(book, recorder, changes, ports)
    disarmer = Disarmer(book, policy, recorder, ports)
    decisions = Decisions(book, policy, conversations, ports)
    left_files, stays = LeftFiles(book, ports), ConferenceStays(book, decisions, ports)
    left_recordings = LeftRecordings(book, stays, recorder, ports)
    taken = TakenCalls(book, ports)
    foreseen = Foreseen(book, decisions, recorder, taken, Strays(store, book, recorder.pauses, ports), ports)
    talks = Talks(book, decisions, recorder, transfers, disarmer, foreseen, left_files, conversations, changes, ports)
    redirects = Redirects(book, policy)
    conferences = Conferences(book, decisions, recorder, transfers, conversations, ports)
    withdrawals = Withdrawals(store, book, recorder, disarmer, ports)
    consents, renaming = Consents(ports), Renaming(book, policy, recorder, disarmer, conferences)
    watch = Watch(
        book,
        talks,
        foreseen,
        transfers,
        disarmer,
        recorder,
        redirects,
        conferences,
        taken,
        renaming,
        changes,
        consents,
        ports,
    )
    reconciler = Reconciler(book, watch, talks, conferences, left_recordings, ports)
    restorer = Restorer(
        store,
        book,
        policy,
        talks,
        transfers,
        disarmer,
        recorder,
        conferences,
        renaming,
        left_recordings,
        conversations,
        ports,
    )
    return RecordFlow(
        recorder,
        watch,
        reconciler,
        restorer,
        redirects,
        left_files,
        left_recordings,
        conferences,
        conversations,
        consents,
        taken,
        foreseen,
        withdrawals,
        Acts(recorder, changes, withdrawals, ports),
    )
