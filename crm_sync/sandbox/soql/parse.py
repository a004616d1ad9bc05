"""Tokens to a Query; mixing AND with OR needs parentheses, as in Salesforce."""

from __future__ import annotations

from typing import Any

from .lexer import Token, malformed, tokens_of, unescape
from .tree import Aggregate, AllFields, Compare, Junction, Literal, Order, Path, Query

AGGREGATES = {"COUNT", "COUNT_DISTINCT", "MAX", "MIN", "SUM", "AVG"}
COMPARISONS = {"=", "!=", "<>", "<", "<=", ">", ">="}
CLAUSES = {"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "ASC", "DESC", "NULLS", "AND", "OR"}


class Parser:
    """Reads one query, token by token."""

    def __init__(self, soql: str) -> None:
        self.soql = soql
        self.tokens = tokens_of(soql)
        self.place = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def refuse(self) -> Any:
        return malformed(self.soql, self.token.at, f"unexpected token: '{self.token.text}'")

    def take(self, *words: str) -> Token | None:
        """The current token if it is one of these words or signs, moving on."""
        token = self.token
        if token.kind in ("name", "op") and token.word in words:
            self.place += 1
            return token
        return None

    def expect(self, word: str) -> Token:
        return self.take(word) or self.refuse()

    def name(self) -> Token:
        token = self.token
        if token.kind != "name" or token.word in CLAUSES:
            self.refuse()
        self.place += 1
        return token

    def table(self) -> Token:
        """The object's name; Group is one, though it is a word of the language too."""
        return self.take("GROUP") or self.name()

    def path(self) -> Path:
        token = self.name()
        return Path(tuple(token.text.split(".")), token.at)

    def number(self) -> int:
        token = self.token
        if token.kind != "number" or not token.text.isdigit():
            self.refuse()
        self.place += 1
        return int(token.text)

    def whole(self) -> Query:
        found = self.query()
        if self.token.kind != "end":
            self.refuse()
        return found

    def query(self) -> Query:
        self.expect("SELECT")
        select = [self.item()]
        while self.take(","):
            select.append(self.item())
        self.expect("FROM")
        table = self.table()
        found = Query(select, table.text, table.at)
        if self.take("WHERE"):
            found.where = self.condition()
        if self.take("GROUP"):
            self.expect("BY")
            found.group = self.paths()
        if self.take("ORDER"):
            self.expect("BY")
            found.order = self.orders()
        if self.take("LIMIT"):
            found.limit = self.number()
        if self.take("OFFSET"):
            found.offset = self.number()
        return found

    def paths(self) -> list[Path]:
        found = [self.path()]
        while self.take(","):
            found.append(self.path())
        return found

    def item(self) -> Any:
        if self.take("("):
            child = self.query()
            self.expect(")")
            return child
        token = self.name()
        if not self.take("("):
            return Path(tuple(token.text.split(".")), token.at)
        if token.word == "FIELDS":
            kind = self.name().word
            self.expect(")")
            return AllFields(kind)
        if token.word not in AGGREGATES:
            self.place -= 1
            self.refuse()
        path = None if token.word == "COUNT" and self.token.text == ")" else self.path()
        self.expect(")")
        alias = None if self.token.kind != "name" or self.token.word in CLAUSES else self.name().text
        return Aggregate(token.word, path, alias, token.at)

    def orders(self) -> list[Order]:
        found = [self.one_order()]
        while self.take(","):
            found.append(self.one_order())
        return found

    def one_order(self) -> Order:
        path = self.path()
        direction = self.take("ASC", "DESC")
        nulls = self.take("NULLS") and (self.take("FIRST", "LAST") or self.refuse())
        return Order(path, bool(direction and direction.word == "DESC"), bool(nulls and nulls.word == "LAST"))

    def condition(self) -> Any:
        parts = [self.term()]
        joined = self.take("AND", "OR")
        while joined:
            parts.append(self.term())
            again = self.take("AND", "OR")
            if again and again.word != joined.word:
                self.place -= 1
                self.refuse()
            if not again:
                return Junction(joined.word.lower(), tuple(parts))
        return parts[0]

    def term(self) -> Any:
        if self.take("NOT"):
            return Junction("not", (self.term(),))
        if self.take("("):
            found = self.condition()
            self.expect(")")
            return found
        return self.comparison()

    def comparison(self) -> Compare:
        path = self.path()
        at = self.token.at
        if self.token.text in COMPARISONS:
            op = self.token.text.replace("<>", "!=")
            self.place += 1
            return Compare(path, op, self.literal(), at)
        if self.take("LIKE"):
            return Compare(path, "like", self.literal(like=True), at)
        negated = self.take("NOT")
        self.expect("IN")
        return Compare(path, "not in" if negated else "in", self.members(), at)

    def members(self) -> Any:
        self.expect("(")
        if self.token.word == "SELECT":
            found: Any = self.query()
        else:
            found = [self.literal()]
            while self.take(","):
                found.append(self.literal())
            found = tuple(found)
        self.expect(")")
        return found

    def literal(self, *, like: bool = False) -> Literal:
        token = self.token
        self.place += 1
        if token.kind == "string":
            return Literal("string", unescape(self.soql, token.text, token.at, like=like), token.at)
        if token.kind in ("number", "datetime", "date"):
            return Literal(token.kind, token.text, token.at)
        if token.kind == "name" and token.word in ("TRUE", "FALSE"):
            return Literal("boolean", token.word == "TRUE", token.at)
        if token.kind == "name" and token.word == "NULL":
            return Literal("null", None, token.at)
        if token.kind == "name" and "." not in token.text and token.word not in CLAUSES:
            return Literal("period", token.word, token.at)
        self.place -= 1
        return self.refuse()
