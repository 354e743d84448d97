"""Every address of the product."""

from django.urls import include, path

from handslag.api.service import api

urlpatterns = [
    path("", include("handslag.web.entrance.urls")),
    path("", include("handslag.web.caseworker.urls")),
    path("", include("handslag.web.lead.urls")),
    path("api/v1/", api.urls),
]
handler400 = "handslag.web.entrance.views.bad_request"
handler403 = "handslag.web.entrance.views.forbidden"
handler404 = "handslag.web.entrance.views.not_found"
handler500 = "handslag.web.entrance.views.broken"
