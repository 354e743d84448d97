"""Who is asking, the refusal of every view that does not say whom it is for, and the journal of what was shown."""

from django.core.exceptions import PermissionDenied

from handslag.journal.actions import record_looks
from handslag.parties import wall
from handslag.parties.queries import viewer_of
from handslag.parties.viewer import OPENED, Viewer
from handslag.ui.access import may_enter
from handslag.ui.addresses import address_of

NOBODY = Viewer(None, looks={})


def behind_the_wall(get_response):
    """Has the request answered as the viewers' role, which sees and writes nothing once it is known who asks but what
    that viewer may (foundation/wall.py)."""

    def middleware(request):
        try:
            wall.step_past()
            return get_response(request)
        finally:
            wall.leave()

    return middleware


class deny_by_default:  # noqa: N801  (named as the function that it stands for)
    """Sets `request.viewer`, refuses every view that is not marked for its visitors, and journals who was shown whom.

    What was shown is journalled before the answer leaves: where that fails, nobody sees it.
    """

    def __init__(self, get_response):
        self._get_response = get_response

    def __call__(self, request):
        request.viewer = NOBODY
        response = self._get_response(request)
        self._journal_looks(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    @staticmethod
    def _journal_looks(request) -> None:
        viewer = request.viewer
        if viewer.looks:
            wall.step_past()
            match, address = request.resolver_match, address_of(request)[:45]
            opened = viewer.memo.get(OPENED)
            record_looks(viewer.label, match.view_name, viewer.looks, address, opened, viewer.party_id)

    def process_view(self, request, view, args, kwargs):
        is_api = request.resolver_match.namespaces[:1] == ["api"]
        if not is_api and request.user.is_authenticated:
            request.viewer = viewer_of(request.user)
        wall.enter_as(request.viewer)
        if is_api:
            return None
        decision = may_enter(view, request)
        if decision is False:
            raise PermissionDenied
        return decision
