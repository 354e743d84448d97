from django.urls import path

from handslag.intake.pages import views

urlpatterns = [
    path("cases/new/", views.new, name="new-case"),
    path("import/", views.bring_in, name="import"),
    path("import/template.<str:ending>", views.template, name="import-template"),
    path("import/<slug:name>/", views.bring_in, name="import-history"),
    path("import/<slug:name>/template.<str:ending>", views.template, name="import-history-template"),
]
