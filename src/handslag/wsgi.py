"""The door for any WSGI server. It stays shut where serving would be unsafe."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handslag.settings")
try:
    application = get_wsgi_application()

    from handslag.foundation.checks import refusals  # (needs the settings)
    from handslag.foundation.collecting import collect_seldom
    from handslag.foundation.patience import limit_for_process

    limit_for_process()
    collect_seldom()
    if problems := refusals():
        raise ImproperlyConfigured("\n".join(problems))
except ImproperlyConfigured:
    sys.tracebacklimit = 0  # its words are all that there is to tell, whatever server shows them
    raise
