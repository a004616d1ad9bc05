"""`python -m crm_sync.sandbox`: the local Salesforce-compatible org on its own."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .org import Org
from .serving import serve


def read_users(file: Path | None) -> list[dict[str, object]] | None:
    """A JSON list of users, each with at least Email and LastName."""
    if file is None:
        return None
    found = json.loads(file.read_text())
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(f"{file} must hold a JSON list of users")
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="crm_sync.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8200, help="0 takes a free one")
    parser.add_argument("--port-file", type=Path, help="gets the port number once the org listens")
    parser.add_argument("--approve", action="store_true", help="answer every authorisation with yes, unasked")
    parser.add_argument("--approve-as", default="dana@acme.example", help="username that approves")
    parser.add_argument("--access-token-seconds", type=float, default=7200)
    parser.add_argument("--daily-limit", type=int, default=15000, help="API requests a day")
    parser.add_argument("--org-number", type=int, default=1, help="another number, another organization id")
    parser.add_argument("--name", default="Acme Inc. (sandbox org)")
    parser.add_argument("--users", type=Path, help="JSON list of sales users instead of the built-in three")
    asked = parser.parse_args(arguments)
    try:
        org = Org(
            number=asked.org_number, name=asked.name, approve=asked.approve, approve_as=asked.approve_as,
            access_token_seconds=asked.access_token_seconds, daily_limit=asked.daily_limit,
            users=read_users(asked.users),
        )  # fmt: skip
        serve(org, port=asked.port, port_file=asked.port_file)
    except (OSError, ValueError) as fault:
        print(f"The sandbox org cannot start: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
