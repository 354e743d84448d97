from django.urls import path

from handslag.plans.pages import views

urlpatterns = [
    path("cases/<uuid:case_id>/plan/", views.make, name="make-plan"),
    path("plans/<uuid:plan_id>/", views.show, name="plan"),
    path("plans/<uuid:plan_id>/printed/", views.printed, name="plan-printed"),
    path("plans/<uuid:plan_id>/<str:verb>/", views.change, name="plan-change"),
    path("plans/steps/<uuid:step_id>/", views.step, name="plan-step"),
    path("me/plans/<uuid:plan_id>/", views.own_printed, name="own-plan"),
]
