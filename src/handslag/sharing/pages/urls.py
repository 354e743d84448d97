from django.urls import path

from handslag.sharing.pages import confirming, views

urlpatterns = [
    path("cases/<uuid:case_id>/sharing/", views.overview, name="sharing"),
    path("cases/<uuid:case_id>/consent/", views.consent, name="consent"),
    path("cases/<uuid:case_id>/consents/<uuid:consent_id>/confirm/", confirming.confirm, name="confirm-consent"),
    path("cases/<uuid:case_id>/by-law/", views.by_law, name="by-law"),
    path("cases/<uuid:case_id>/withdraw/", views.withdraw, name="withdraw"),
    path("cases/<uuid:case_id>/join/<uuid:other_id>/", views.join, name="join"),
    path("me/sign/<uuid:consent_id>/", views.sign_own, name="own-sign"),
    path("me/withdraw/", views.withdraw_own, name="own-withdraw"),
]
