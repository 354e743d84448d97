from django.urls import path

from handslag.rights.pages import access_log, views

urlpatterns = [
    path("cases/<uuid:case_id>/access-log/", access_log.show, name="access-log"),
    path("cases/<uuid:case_id>/access-log.pdf", access_log.printed, name="access-log-printed"),
    path("me/access-log.pdf", access_log.own_printed, name="own-access-log"),
    path("cases/<uuid:case_id>/rectify/", views.rectify, name="rectify"),
    path("cases/<uuid:case_id>/protect/", views.protect, name="protect"),
]
