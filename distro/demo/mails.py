"""Reads the mails that Django's file backend has written."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

BETWEEN = b"-" * 79  # the line that the backend writes after each mail of a file


@dataclass(frozen=True)
class Mail:
    """What a reader sees of a mail."""

    subject: str
    to: str
    date: str
    text: str
    attachments: list[str]


def read_mails(folder: Path) -> list[Mail]:
    """The mails in the folder, newest first."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [mail for file in files for mail in reversed(list(_mails_of(file)))]


def _mails_of(file: Path) -> Iterator[Mail]:
    for part in file.read_bytes().split(BETWEEN):
        if part.strip():
            message = email.message_from_bytes(part.lstrip(), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            yield _mail(message)


def _mail(message: EmailMessage) -> Mail:
    body = message.get_body(preferencelist=("plain", "html"))
    names = [one.get_filename() or one.get_content_type() for one in message.iter_attachments()]
    text = str(body.get_content()) if body is not None else ""
    return Mail(str(message["Subject"]), str(message["To"]), str(message["Date"]), text, names)
