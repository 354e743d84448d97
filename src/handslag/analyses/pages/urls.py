from django.urls import path

from handslag.analyses.pages import views

urlpatterns = [
    path("analyses/", views.every, name="analyses"),
    path("analyses/new/", views.ask, name="ask-analysis"),
    path("analyses/ledger/", views.ledger, name="analyses-ledger"),
    path("analyses/<uuid:release_id>/", views.show, name="analysis"),
    path("analyses/<uuid:release_id>/progress/", views.progress, name="analysis-progress"),
    path("analyses/<uuid:release_id>/again/", views.again, name="analysis-again"),
    path("analyses/<uuid:release_id>/call-off/", views.call_off, name="analysis-call-off"),
    path("analyses/<uuid:release_id>/publish/", views.publish, name="analysis-publish"),
    path("analyses/<uuid:release_id>/all/", views.every_file, name="analysis-all"),
    path("analyses/<uuid:release_id>/files/<path:name>", views.one_file, name="analysis-file"),
]
