"""The door for any WSGI server. It stays shut where serving would be unsafe."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handslag.settings")
try:
    application = get_wsgi_application()

    from django.db import connections

    from handslag.foundation.checks import refusals  # (needs the settings)

    if problems := refusals():
        raise ImproperlyConfigured("\n".join(problems))
    connections.close_all()  # a server may fork from here
except ImproperlyConfigured:
    sys.tracebacklimit = 0  # its words are all that there is to tell, whatever server shows them
    raise
