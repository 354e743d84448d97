from django.urls import path

from handslag.handovers.pages import views

urlpatterns = [
    path("cases/<int:case_id>/hand-over/", views.offer, name="offer"),
    path("handovers/units/", views.units, name="receiving-units"),
    path("handovers/<int:handover_id>/", views.show, name="handover"),
    path("handovers/<int:handover_id>/<str:verb>/", views.step, name="handover-step"),
]
