"""The form of one user, as the entry that it asks for."""

import re
from collections.abc import Iterator, Mapping

from werkzeug.datastructures import MultiDict

from fsplug.policy.entities import AdminScope, DeviceKind, Licence, Right, Role
from fsplug.store.change.credentials import new_password
from fsplug.store.change.draft import Table
from fsplug.store.change.merging import merged

_YES_OR_NO = {"yes": True, "no": False}
_TEXTS = ("username", "extension", "name", "email", "fixed_number")
_HELD = {"licence": ("licences", Licence.CONTACT_PRO), "right": ("rights", Right.LISTEN_IN)}
MOST_PROFILES = 20

Form = MultiDict[str, str]


def entry(form: Form, before: Table, may_allow: bool) -> Table:
    """The user's entry with what the form sets; a field that is not in the form changes nothing.

    Only with `may_allow` may the form say in which profiles others may listen in.
    """
    given: Table = {name: form[name].strip() for name in _TEXTS if name in form}
    if "mobile_numbers" in form:
        given["mobile_numbers"] = tuple(re.split(r"[\n,;]", form["mobile_numbers"])) or ("",)
        given["mobile_numbers"] = tuple(one.strip() for one in given["mobile_numbers"])
    if form.get("department", "").startswith("in "):
        given["department"] = form["department"].removeprefix("in ")
    if form.get("record") in _YES_OR_NO:
        given["record"] = _YES_OR_NO[form["record"]]
    if form.get("role") in set(Role):
        given["role"] = "" if form["role"] == Role.NONE else form["role"]
    after = merged(before, given | _administers(form))
    for name, (kind, what) in _HELD.items():
        if form.get(name) in _YES_OR_NO:
            others = [one for one in after.get(kind, ()) if one != what]
            after[kind] = sorted([*others, str(what)] if _YES_OR_NO[form[name]] else others)
    if "profile_name" in form:
        after["profile"] = list(_profiles(form, before, may_allow))
    if "devices" in form:
        after["device"] = list(_devices(form, before))
    return {name: value for name, value in after.items() if value != [] or name in before}


def _administers(form: Form) -> Table:
    """The admin scope; its departments, which only a sub-admin has, come and go with it."""
    if form.get("admin") not in set(AdminScope):
        return {}
    departments = form.getlist("admin_department") if form["admin"] == AdminScope.SUB_ADMIN else []
    scope = "" if form["admin"] == AdminScope.NONE else form["admin"]
    return {"admin": scope, "admin_departments": tuple(departments) or ("",)}


def _profiles(form: Form, before: Table, may_allow: bool) -> Iterator[Table]:
    named = [(str(place), name.strip()) for place, name in enumerate(form.getlist("profile_name")) if name.strip()]
    known = {one["name"]: bool(one.get("allow_listen")) for one in before.get("profile", ())}
    allowed = set(form.getlist("profile_allow"))
    chosen = form.get("profile_active", "")
    active = chosen if chosen in dict(named) else next((place for place, _ in named), "")
    for place, name in named[:MOST_PROFILES]:
        allows = place in allowed if may_allow else known.get(name, False)
        yield {"name": name, "allow_listen": allows, "active": place == active}


def _devices(form: Form, before: Table) -> Iterator[Table]:
    removed, renewed = set(form.getlist("device_remove")), set(form.getlist("device_renew"))
    for one in before.get("device", ()):
        if one["name"] not in removed:
            yield {**one, "password": new_password()} if one["name"] in renewed and is_phone(one) else one
    if (kind := form.get("device_kind")) in set(DeviceKind):
        name, number = form.get("device_name", "").strip(), form.get("device_number", "").strip()
        made = {"name": name or kind, "kind": kind, "number": number if kind == DeviceKind.MOBILE else ""}
        yield {key: value for key, value in made.items() if value}


def is_phone(device: Mapping[str, object]) -> bool:
    """Whether the device signs in to the switch, with a password."""
    return device["kind"] != DeviceKind.MOBILE


def passwords(wanted: Table) -> dict[str, str]:
    """The passwords that the entry gives its devices anew, by the device's name."""
    return {one["name"]: one["password"] for one in wanted.get("device", ()) if one.get("password")}
