"""Uploads are refused by their size before they are read."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

FORM_FIELDS = 1024 * 1024
"""Room for what a form sends beside its file, in bytes."""


class LimitedUpload(TemporaryFileUploadHandler):
    """Writes an upload to a temporary file, unless the request is larger than the largest case file."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803
        """Raises RequestDataTooBig, answered with 400, before anything is read."""
        if content_length > settings.HANDSLAG_IMPORT_MAX_MB * 1024 * 1024 + FORM_FIELDS:
            raise RequestDataTooBig("The upload is larger than HANDSLAG_IMPORT_MAX_MB.")
