from django.urls import path

from handslag.cases.pages import unit, views, whole_journal

urlpatterns = [
    path("search/", views.search, name="search"),
    path("cases/<uuid:case_id>/next-step/", views.next_step, name="next-step"),
    path("cases/<uuid:case_id>/livelihood/", views.livelihood, name="livelihood"),
    path("cases/<uuid:case_id>/pause/", views.pause, name="pause"),
    path("cases/<uuid:case_id>/resume/", views.resume, name="resume"),
    path("cases/<uuid:case_id>/close/", views.close, name="close"),
    path("cases/<uuid:case_id>/journal/", whole_journal.show, name="case-journal"),
    path("cases/<uuid:case_id>/reopen/", views.reopen, name="reopen"),
    path("units/<uuid:unit_id>/", unit.unit, name="unit"),
    path("units/<uuid:unit_id>/cases/", unit.unit_cases, name="unit-cases"),
    path("posts/<uuid:post_id>/leave/", unit.leave, name="leave"),
]
