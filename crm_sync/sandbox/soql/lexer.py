"""SOQL text to tokens, each knowing its place for the fault's caret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from ..errors import ApiError

TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<datetime>\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:?\d\d))
    |(?P<date>\d{4}-\d\d-\d\d)
    |(?P<number>[+-]?\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::\d+)?)
    |(?P<op>!=|<>|<=|>=|[=<>(),])""",
    re.X,
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True)
class Token:
    """kind is string, datetime, date, number, name, op or end."""

    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        return self.text.upper()


def located(soql: str, at: int, text: str) -> str:
    """The message with the query's part, a caret and the place, as Salesforce gives it."""
    start = max(0, at - 40)
    line = soql[start : at + 40].replace("\n", " ")
    return f"\n{line}\n{' ' * (at - start)}^\nERROR at Row:1:Column:{at + 1}\n{text}"


def malformed(soql: str, at: int, text: str) -> NoReturn:
    raise ApiError(400, "MALFORMED_QUERY", located(soql, at, text))


def unescape(soql: str, quoted: str, at: int, *, like: bool = False) -> str:
    """The string inside quotes; an escape SOQL does not know is refused. LIKE keeps \\% and \\_."""
    found: list[str] = []
    letters = iter(quoted[1:-1])
    for letter in letters:
        if letter != "\\":
            found.append(letter)
            continue
        escaped = next(letters)
        if escaped in "%_":
            found.append("\\" + escaped if like else escaped)
        elif escaped.lower() in ESCAPES:
            found.append("\\\\" if like and escaped == "\\" else ESCAPES[escaped.lower()])
        else:
            malformed(
                soql, at, f"Invalid string literal '{quoted[1:-1]}'. Illegal character sequence '\\{escaped}'"
            )
    return "".join(found)


def tokens_of(soql: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(soql):
        match = TOKEN.match(soql, at)
        if match is None:
            what = "unexpected char" if soql[at] == "'" else "unexpected token"
            malformed(soql, at, f"{what}: '{soql[at]}'")
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    return [*found, Token("end", "<EOF>", len(soql))]
