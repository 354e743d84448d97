from django.urls import path

from handslag.drafts.pages import views

urlpatterns = [path("cases/<uuid:case_id>/drafts/<slug:form>/", views.save, name="draft")]
