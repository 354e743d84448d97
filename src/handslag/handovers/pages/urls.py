from django.urls import path

from handslag.handovers.pages import views

urlpatterns = [
    path("cases/<uuid:case_id>/hand-over/", views.offer, name="offer"),
    path("handovers/units/", views.units, name="receiving-units"),
    path("handovers/<uuid:handover_id>/", views.show, name="handover"),
    path("handovers/<uuid:handover_id>/<str:verb>/", views.step, name="handover-step"),
]
