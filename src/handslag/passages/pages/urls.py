from django.urls import path

from handslag.passages.pages import views

urlpatterns = [path("cases/<uuid:case_id>/passage/<str:verb>/", views.step, name="passage-step")]
