from django.urls import path

from handslag.intake.pages import views

urlpatterns = [
    path("cases/new/", views.new, name="new-case"),
    path("import/", views.bring_in, name="import"),
    path("import/template.<str:kind>", views.template, name="import-template"),
]
