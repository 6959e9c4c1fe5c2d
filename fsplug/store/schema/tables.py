"""The tables that lists are read from, for peewee's query builder. The migrations make them; the ledger fills them."""

from typing import Any

from peewee import Table


def _table(name: str, columns: str) -> Any:
    return Table(name, columns.split())


_CALL = "id company switch version direction grp caller called facts started_at answered_at ended_at cause at"
_DECISION = """id company call talk at version username leg record rule reason direction grp caller answerer inputs
    recording"""
_RECORDING = """id company call decision username leg path state channels purpose on_failure started_at stopped_at
    talk_seconds seconds bytes sha256 location repaired stop_cause lost_cause lost_detail at"""
_LISTEN_SESSION = """id company switch listener target dialled door call target_leg listener_leg at began_at ended_at
    ending reason"""

COMPANY = _table("company", "id domain version")
CALL = _table("call", _CALL)
DECISION = _table("decision", _DECISION)
RECORDING = _table("recording", _RECORDING)
DELETION = _table(
    "deletion", "recording company batch at deleted_by undo_until next_at begun_at tries trouble destroyed_at"
)
GAP = _table("gap", "decision company call recording cause detail at")
LISTEN_SESSION = _table("listen_session", _LISTEN_SESSION)
AUDIT_ENTRY = _table("audit_entry", "company number at actor act subject people facts before hash")
AUDIT_ABOUT = _table("audit_about", "company username number")
MAIL = _table(
    "mail",
    "id company kind subject receiver language state at next_at tries leased_until sent_at code reason",
)
CONSOLE_ACCOUNT = _table(
    "console_account", "company username address made_at password_hash password_at totp_secret totp_confirmed totp_step"
)
SHARE_LINK = _table(
    "share_link",
    "id company recording made_by at email subject language code_by expires_at plays played wrong_codes revoked_at "
    "revoked_by",
)
