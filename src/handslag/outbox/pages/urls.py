from django.urls import path

from handslag.outbox.pages import views

urlpatterns = [path("outbox/", views.outbox, name="outbox")]
