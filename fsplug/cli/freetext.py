"""Free text as operators type it: one line, as the operator's document holds it."""

import click

from fsplug.store.schema import LONGEST_TEXT


class Line(click.ParamType):
    """An option's value that is one line of text, without controls."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not text.isprintable() or len(text) > LONGEST_TEXT:
            self.fail(f"{text[:60]!r} holds a control character or is over {LONGEST_TEXT} characters", param, ctx)
        return text


LINE = Line()
