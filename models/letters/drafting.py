"""Drafting a letter's text from its template.

A draft is Markdown in which every value stands between the marks ⟦ and ⟧: literal text, which
no later step reads as markup, and which an officer can still see and change in place. Jinja runs
here, once, over our own templates; what officers edit afterwards is never run.
"""

import re
from collections.abc import Mapping
from functools import cache

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateNotFound, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.letters.in_words import InWords
from models.refusals import InvalidInput, NotPossible
from models.settings import TEMPLATES
from models.text import check_printable, check_prose

LITERAL_OPEN = "⟦"
LITERAL_CLOSE = "⟧"
LONGEST_BODY = 60_000
_SPAN = re.compile(f"{LITERAL_OPEN}[^{LITERAL_OPEN}{LITERAL_CLOSE}]*{LITERAL_CLOSE}")


# With its context passed, Jinja cannot work out a constant before rendering and leave it bare.
@pass_context
def _literal(_context: Context, value: object) -> str:
    return f"{LITERAL_OPEN}{value}{LITERAL_CLOSE}"


_environment = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(TEMPLATES / "letters"),
    undefined=StrictUndefined,
    finalize=_literal,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_environment.globals.clear()


@cache
def _template(name: str) -> Template:
    return _environment.get_template(f"{name}.md.j2")


def draft(template: str, *facts: InWords) -> str:
    """The text of a new letter, which may name all of these facts.

    Raises InvalidInput, naming the value, when one has a character that the letters' fonts cannot
    print; NotPossible where an older edition of the policy names a template whose file is not
    there any more.
    """
    context = {name: said for part in facts for name, said in part.named().items()}
    _check_values("", context)
    try:
        found = _template(template)
    except TemplateNotFound:
        raise NotPossible(
            f"The template {template!r} is missing, which the policy of this case names for the "
            "letter. An administrator puts its file back (templates/letters)."
        ) from None
    return found.render(context)


def _check_values(name: str, value: object) -> None:
    if isinstance(value, str):
        check_printable(name, value)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            _check_values(f"{name}.{key}" if name else str(key), part)
    elif isinstance(value, list | tuple):
        for part in value:
            _check_values(name, part)


def check_body(body: object) -> str:
    """The text of a letter as an officer left it, or InvalidInput for the field `body`."""
    text = check_prose("body", body, most=LONGEST_BODY)
    if {LITERAL_OPEN, LITERAL_CLOSE} & set(_SPAN.sub("", text)):
        raise InvalidInput("body", f"Each {LITERAL_OPEN} needs its {LITERAL_CLOSE}, and one only.")
    check_printable("body", text.replace(LITERAL_OPEN, "").replace(LITERAL_CLOSE, ""))
    return text
