from django.urls import path

from handslag.web.caseworker import cases, handovers, lookers, rights, sharing, watching, work

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
    path("cases/<int:case_id>/sharing/", sharing.overview, name="sharing"),
    path("cases/<int:case_id>/consent/", sharing.consent, name="consent"),
    path("cases/<int:case_id>/by-law/", sharing.by_law, name="by-law"),
    path("cases/<int:case_id>/withdraw/", sharing.withdraw, name="withdraw"),
    path("cases/<int:case_id>/join/<int:other_id>/", sharing.join, name="join"),
    path("cases/<int:case_id>/lookers/", lookers.show, name="lookers"),
    path("cases/<int:case_id>/lookers.pdf", lookers.printed, name="lookers-printed"),
    path("cases/<int:case_id>/rectify/", rights.rectify, name="rectify"),
    path("cases/<int:case_id>/protect/", rights.protect, name="protect"),
    path("handovers/units/", handovers.units, name="receiving-units"),
    path("handovers/<int:handover_id>/", handovers.show, name="handover"),
    path("handovers/<int:handover_id>/<str:verb>/", handovers.step, name="handover-step"),
    path("watch/", watching.board, name="watch"),
    path("watch/<str:section>/", watching.section, name="watch-section"),
]
