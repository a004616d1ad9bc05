"""The door that gunicorn opens: `gunicorn distro.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "distro.settings")
application = get_wsgi_application()
