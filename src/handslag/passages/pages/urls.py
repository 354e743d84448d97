from django.urls import path

from handslag.passages.pages import programme_views, views

urlpatterns = [
    path("cases/<uuid:case_id>/passage/<str:verb>/", views.step, name="passage-step"),
    path("cases/<uuid:case_id>/programme/<str:verb>/", programme_views.step, name="programme-step"),
]
