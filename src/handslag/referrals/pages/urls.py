from django.urls import path

from handslag.referrals.pages import views

urlpatterns = [
    path("referrals/", views.inbox, name="referrals"),
    path("referrals/<uuid:referral_id>/", views.show, name="referral"),
    path("referrals/<uuid:referral_id>/<str:verb>/", views.step, name="referral-step"),
    path("cases/<uuid:case_id>/refer/<uuid:measure_id>/", views.refer, name="refer"),
    path("measures/<uuid:measure_id>/refer/", views.choose_person, name="refer-to"),
]
