"""The HTTP API for the parties' own systems, after the Swedish national REST API profile (Digg).

Problems are told as application/problem+json (RFC 9457). A token belongs to a party: it reads that party's work, and
acts only in the name of somebody who works there.
"""

from django.http import Http404, JsonResponse
from django.utils.module_loading import import_string
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from handslag import __released__, __version__
from handslag.foundation.errors import NotAllowed, Overtaken, Refused, TooMany
from handslag.foundation.rooms import rooms
from handslag.parties.models import Token
from handslag.parties.queries import standing_token
from handslag.parties.viewer import Request, Viewer
from handslag.parties.wall import enter_as
from handslag.ui.api import PROBLEM_TYPE, problem

REFUSED = 400
STATUSES = ((NotAllowed, 403), (Overtaken, 409), (TooMany, 429))
"""How a refusal is answered that is not about what was sent (422)."""


class ApiInfo(Schema):
    """The national profile's description of an API."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    api_name: str
    api_version: str
    api_released: str
    api_documentation: str
    api_status: str


class PartyToken(HttpBearer):
    """A party's token in the Authorization header."""

    def authenticate(  # type: ignore[override]  # the middleware has set its viewer
        self, request: Request, token: str
    ) -> Token | None:
        known = standing_token(token)
        if known:
            name = f"api {known.party.code}: {known.name}"
            request.viewer = Viewer(None, party_ids=frozenset({known.party_id}), name=name)
            enter_as(request.viewer)
        return known


class Api(NinjaAPI):
    """The API, whose description names refusals by their own media type."""

    def get_openapi_schema(self, **kwargs):
        """As ninja makes it, with what cannot be parsed, and every refusal as application/problem+json (RFC 9457)."""
        described = super().get_openapi_schema(**kwargs)
        for operations in described["paths"].values():
            for operation in operations.values():
                if invalid := operation["responses"].get(422):
                    operation["responses"].setdefault(400, {**invalid, "description": "Bad Request"})
                for status, answer in operation["responses"].items():
                    if status >= REFUSED and "application/json" in answer.get("content", {}):
                        answer["content"] = {PROBLEM_TYPE: answer["content"]["application/json"]}
        return described


api = Api(
    title="Handslag",
    version=__version__,
    description="Cases, handovers and what is silent, for the parties' own systems.",
    urls_namespace="api",
    openapi_url="/openapi.json",
    docs_url=None,
    auth=PartyToken(),
)
for room in rooms().values():
    if room.api:
        prefix, router = room.api
        api.add_router(prefix, import_string(router), tags=[prefix.removeprefix("/")] if prefix else None)


@api.get("/api-info", auth=None, response=ApiInfo, by_alias=True, tags=["api"])
def api_info(request: Request) -> dict:
    """What API this is, as the national profile asks."""
    return {
        "api_name": "handslag",
        "api_version": __version__,
        "api_released": __released__,
        "api_documentation": request.build_absolute_uri("openapi.json"),
        "api_status": "beta",
    }


@api.exception_handler(Refused)
def _refused(request: Request, refused: Refused) -> JsonResponse:
    status = next((status for kind, status in STATUSES if isinstance(refused, kind)), 422)
    return problem(request, status, refused.message, field=refused.field)


@api.exception_handler(ValidationError)
def _invalid(request: Request, error: ValidationError) -> JsonResponse:
    wrong = [{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors]
    return problem(request, 422, "The request is not as the description has it.", errors=wrong)


@api.exception_handler(AuthenticationError)
def _unknown(request: Request, error: AuthenticationError) -> JsonResponse:
    return problem(request, 401, "Send a valid token as “Authorization: Bearer …”.")


@api.exception_handler(Http404)
def _missing(request: Request, error: Http404) -> JsonResponse:
    return problem(request, 404, "There is nothing here, or it is not your party's.")


@api.exception_handler(HttpError)
def _http_error(request: Request, error: HttpError) -> JsonResponse:
    return problem(request, error.status_code, str(error))
