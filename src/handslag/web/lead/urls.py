from django.urls import path

from handslag.web.lead import intake, views

urlpatterns = [
    path("units/<int:unit_id>/", views.unit, name="unit"),
    path("units/<int:unit_id>/cases/", views.unit_cases, name="unit-cases"),
    path("units/<int:unit_id>/absences/new/", views.absence, name="absence"),
    path("absences/<int:absence_id>/end/", views.end_absence, name="end-absence"),
    path("posts/<int:post_id>/leave/", views.leave, name="leave"),
    path("import/", intake.bring_in, name="import"),
    path("import/template.<str:kind>", intake.template, name="import-template"),
]
