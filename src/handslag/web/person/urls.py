from django.urls import path

from handslag.web.person import views

urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/withdraw/", views.withdraw, name="me-withdraw"),
    path("me/lookers.pdf", views.lookers, name="me-lookers"),
]
