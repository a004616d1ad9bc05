"""Settings of the tests: the product's own, in an environment that no developer's `.env` reaches."""

from distro.testing import environment

FOLDER = environment.prepare()

from distro.settings import *  # noqa: E402, F403
from distro.settings import DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "distro.testing"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because a worker and a web server of the tests must be able to open it too.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "tests.sqlite3")}
# Nobody has collected the files of a test run: they go by their plain names.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
