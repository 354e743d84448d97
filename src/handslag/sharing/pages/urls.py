from django.urls import path

from handslag.sharing.pages import views

urlpatterns = [
    path("cases/<int:case_id>/sharing/", views.overview, name="sharing"),
    path("cases/<int:case_id>/consent/", views.consent, name="consent"),
    path("cases/<int:case_id>/by-law/", views.by_law, name="by-law"),
    path("cases/<int:case_id>/withdraw/", views.withdraw, name="withdraw"),
    path("cases/<int:case_id>/join/<int:other_id>/", views.join, name="join"),
    path("me/withdraw/", views.withdraw_own, name="own-withdraw"),
]
