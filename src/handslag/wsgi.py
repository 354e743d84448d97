"""The door for any WSGI server. It stays shut where serving would be unsafe."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handslag.settings")
application = get_wsgi_application()

from handslag.cli.server import unsafe  # noqa: E402  (needs the settings)

if problems := unsafe():
    raise ImproperlyConfigured("\n".join(problems))
