"""Refusals as application/problem+json (RFC 9457)."""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse

from handslag.api.schemas import Problem

PROBLEM_TYPE = "application/problem+json"


def problem(request: HttpRequest, status: int, detail: str, **more) -> JsonResponse:
    """A refusal as RFC 9457 has it."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, instance=request.path, **more)
    return JsonResponse(body.model_dump(exclude_none=True), status=status, content_type=PROBLEM_TYPE)
