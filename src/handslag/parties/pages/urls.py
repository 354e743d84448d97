from django.urls import path

from handslag.parties.pages import views

urlpatterns = [
    path("units/<uuid:unit_id>/absences/new/", views.absence, name="absence"),
    path("absences/<uuid:absence_id>/end/", views.end_absence, name="end-absence"),
]
