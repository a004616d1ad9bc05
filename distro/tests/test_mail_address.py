"""EMAIL_URL means what it says."""

from __future__ import annotations

import subprocess
import sys


def test_filemail_with_three_slashes_is_a_folder_from_the_root() -> None:
    script = "from django.conf import settings; print(settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH)"
    told = subprocess.run(
        [sys.executable, "-c", f"import os; os.environ['EMAIL_URL'] = 'filemail:///var/spool/m'; {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["django.core.mail.backends.filebased.EmailBackend", "/var/spool/m"]
