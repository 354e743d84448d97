from django.urls import path

from handslag.participations.pages import views

urlpatterns = [
    path("participations/", views.inbox, name="participations"),
    path("participations/anonymous/", views.note_anonymous, name="note-anonymous"),
    path("participations/anonymous/<uuid:anonymous_id>/left/", views.anonymous_left, name="anonymous-left"),
    path("participations/start/<uuid:referral_id>/", views.start, name="start-participation"),
    path("participations/<uuid:participation_id>/", views.show, name="participation"),
    path("participations/<uuid:participation_id>/<str:verb>/", views.step, name="participation-step"),
]
