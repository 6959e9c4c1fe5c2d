"""Turns tables of the operator's document into their models; the reader collects the errors."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from fsplug.policy.one_line import shown
from fsplug.store.change.document.limits import Password
from fsplug.store.change.document.models import Table
from fsplug.store.change.document.reader import Reader

Model = TypeVar("Model", bound=Table)
_CALLED = {"bool_type": "true or false", "list_type": "a list", "dict_type": "a table"}
# Where pydantic says that not the value but its key is wrong.
_KEY = "[key]"
_LONGEST_NAME = 60
_PASSWORD: TypeAdapter[str] = TypeAdapter(Password)


def table(reader: Reader, where: str, given: object, model: type[Model]) -> Model | None:
    """The table, with None for each wrong value; None when the value is not a table."""
    if not isinstance(given, Mapping):
        reader.error(where, f"{shown(given)} is not a table; write it as [[...]] with its keys below")
        return None
    try:
        # What `model_validate` calls, which asks for its options first: a large document has 100,000 tables.
        whole: Model = model.__pydantic_validator__.validate_python(given)
        return whole
    except ValidationError as error:
        errors = error.errors(include_url=False)
    for text in dict.fromkeys(_texts(errors, model)):
        reader.error(where, text)
    return _salvaged(given, model, errors)


def secret(reader: Reader, where: str, given: str | None, file: str | None) -> str | None:
    """The password that is given, or that is in the file named by `password_file`; None where there is neither."""
    if file is None:
        return given
    if given is not None:
        reader.error(where, "password and password_file are both there; keep one of them")
    text = reader.secret(where, "password_file", file)
    if text is None:
        return None
    try:
        return _PASSWORD.validate_python(text)
    except ValidationError as error:
        [wrong] = error.errors(include_url=False)
    reader.error(where, f"password_file: {file}: {_trouble(wrong)}")
    return None


def label(given: object) -> str:
    """The name of an entry as the place of an error has it: in one short line; ? when the value can't be a name."""
    if not isinstance(given, str) or not given:
        return "?"
    return given if given.isprintable() and len(given) <= _LONGEST_NAME else shown(given)


def _texts(errors: list[ErrorDetails], model: type[Table]) -> Iterator[str]:
    for error in errors:
        if error["type"] == "extra_forbidden":
            name = str(error["loc"][0])
            yield f"{label(name)} is not known; {_did_you_mean(name[:_LONGEST_NAME], model)}"
    unknown = {error["loc"][:-1] for error in errors if error["loc"][-1] == _KEY}
    for error in errors:
        if error["loc"] in unknown:
            # What stands under a key that is wrong is not looked at: the key may say that it is a secret.
            continue
        if error["type"] == "missing":
            yield f"{error['loc'][0]} is missing; {_says(str(error['loc'][0]), model)}"
        elif error["type"] != "extra_forbidden":
            yield f"{error['loc'][0]}: {_trouble(error)}"


def _trouble(error: ErrorDetails) -> str:
    if error["type"] == "limit":
        return str(error["ctx"]["limit"].trouble(error["input"]))
    return f"{shown(error['input'])} must be {_CALLED[error['type']]}"


def _salvaged(given: Mapping[str, Any], model: type[Model], errors: list[ErrorDetails]) -> Model:
    """The table without what is wrong. Nothing else has to be read again: what passes is kept as it was given."""
    wrong = {error["loc"][0] for error in errors}
    inner = {error["loc"][:2] for error in errors if len(error["loc"]) > 1}
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        value = given.get(key)
        if key not in wrong:
            if key in given:
                values[name] = value
        elif isinstance(value, Mapping) and (key,) not in {error["loc"] for error in errors}:
            values[name] = {one: held for one, held in value.items() if (key, one) not in inner}
        else:
            values[name] = None
    return model.model_construct(set(values), **values)


@lru_cache(maxsize=1024)
def _did_you_mean(name: str, model: type[Table]) -> str:
    keys = _keys(model)
    close = get_close_matches(name, keys, n=1)
    return f"did you mean {close[0]}?" if close else f"the keys here are {', '.join(keys)}"


@cache
def _keys(model: type[Table]) -> dict[str, str]:
    """The keys of a table, and what is said where one is missing."""
    found = {}
    for name, field in model.model_fields.items():
        says = (getattr(one, "says", "") for one in field.metadata)
        found[field.alias or name] = next(filter(None, says), "add it")
    return found


def _says(name: str, model: type[Table]) -> str:
    return _keys(model)[name]
