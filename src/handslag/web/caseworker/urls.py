from django.urls import path

from handslag.web.caseworker import cases, handovers, watching, work

urlpatterns = [
    path("my-work/", work.my_work, name="my-work"),
    path("my-work/<str:section>/", work.whole_section, name="my-work-section"),
    path("search/", work.search, name="search"),
    path("cases/new/", cases.new, name="new-case"),
    path("cases/<int:case_id>/", cases.show, name="case"),
    path("cases/<int:case_id>/next-step/", cases.next_step, name="next-step"),
    path("cases/<int:case_id>/livelihood/", cases.livelihood, name="livelihood"),
    path("cases/<int:case_id>/pause/", cases.pause, name="pause"),
    path("cases/<int:case_id>/resume/", cases.resume, name="resume"),
    path("cases/<int:case_id>/close/", cases.close, name="close"),
    path("cases/<int:case_id>/hand-over/", handovers.offer, name="offer"),
    path("handovers/units/", handovers.units, name="receiving-units"),
    path("handovers/<int:handover_id>/", handovers.show, name="handover"),
    path("handovers/<int:handover_id>/<str:verb>/", handovers.step, name="handover-step"),
    path("watch/", watching.board, name="watch"),
    path("watch/<str:section>/", watching.section, name="watch-section"),
]
