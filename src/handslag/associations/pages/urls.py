from django.urls import path

from handslag.associations.pages import views

urlpatterns = [
    path("association/", views.overview, name="association"),
    path("association/<int:year>/", views.overview, name="association-year"),
    path("association/<int:year>/economy/", views.economy, name="association-economy"),
    path("association/<int:year>/board/", views.board, name="association-board"),
    path("association/<int:year>/report/", views.report, name="association-report"),
    path("association/reports/<uuid:report_id>.<str:ending>", views.fetch, name="fetch-report"),
    path("association/<int:year>/note/<slug:kind>/", views.note, name="note-in-books"),
    path("association/noted/<slug:kind>/<uuid:noted_id>/", views.change, name="change-noted"),
]
