from django.urls import path

from handslag.notes.pages import views

urlpatterns = [
    path("cases/<uuid:case_id>/note/", views.write, name="note"),
    path("notes/<uuid:note_id>/", views.show, name="note-shown"),
]
