"""Free text as operators type it: a single line, as in the operator's document."""

import click

from fsplug.policy.one_line import text_trouble


class Line(click.ParamType):
    """An option's value that is one line of text, without controls."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if trouble := text_trouble(text):
            self.fail(f"{text[:60]!r} {trouble}", param, ctx)
        return text


LINE = Line()
