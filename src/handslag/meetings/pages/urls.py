from django.urls import path

from handslag.meetings.pages import calendar, views

urlpatterns = [
    path("cases/<uuid:case_id>/meeting/", views.book, name="book-meeting"),
    path("cases/<uuid:case_id>/meetings/", views.of_case, name="case-meetings"),
    path("meetings/<uuid:meeting_id>/", views.show, name="meeting"),
    path("meetings/<uuid:meeting_id>/<str:verb>/", views.step, name="meeting-step"),
    path("meetings/called/<uuid:participant_id>/take-off/", views.take_off, name="uninvite"),
    path("decisions/<uuid:decision_id>/", views.decision, name="decision"),
    path("calendar/", calendar.address, name="calendar"),
    path("calendar/end/", calendar.end, name="calendar-end"),
    path("calendar/<str:secret>.ics", calendar.feed, name="calendar-feed"),
]
