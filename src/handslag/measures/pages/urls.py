from django.urls import path

from handslag.measures.pages import views

urlpatterns = [
    path("measures/", views.catalogue, name="measures"),
    path("measures/new/", views.make, name="make-measure"),
    path("measures/<uuid:measure_id>/", views.show, name="measure"),
    path("measures/<uuid:measure_id>/change/", views.change, name="change-measure"),
    path("measures/<uuid:measure_id>/activities/new/", views.note_activity, name="note-activity"),
    path("activities/<uuid:activity_id>/strike/", views.strike_activity, name="strike-activity"),
    path("cases/<uuid:case_id>/measures/", views.for_case, name="case-measures"),
]
