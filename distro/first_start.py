"""Writes the `.env` of a fresh checkout, so that the demo starts without a question."""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.fernet import Fernet

TEMPLATE = """\
# Written at the first start of the demo; never written over. The README explains each name.
DEBUG=on
SECRET_KEY={secret}
FIELD_ENCRYPTION_KEYS={fernet}
BASE_URL=http://127.0.0.1:8000
SALESFORCE_LOGIN_URL=http://127.0.0.1:8200
SALESFORCE_CLIENT_ID={client_id}
SALESFORCE_CLIENT_SECRET={client_secret}
"""


def write_env_file(path: Path) -> bool:
    """Write generated keys and the demo's addresses to `path`; False, and nothing done, where a file stands."""
    text = TEMPLATE.format(
        secret=secrets.token_urlsafe(50),
        fernet=Fernet.generate_key().decode(),
        client_id="distro-demo-" + secrets.token_hex(8),
        client_secret=secrets.token_hex(32),
    )
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(text)
    except FileExistsError:
        return False
    return True
