from django.urls import path

from handslag.assessments.pages import views, writing

urlpatterns = [
    path("cases/<uuid:case_id>/assessment/", views.ask, name="ask-assessment"),
    path("assessments/<uuid:assessment_id>/", views.show, name="assessment"),
    path("assessments/<uuid:assessment_id>/part/", writing.write, name="assessment-part"),
    path("assessments/<uuid:assessment_id>/versions/", writing.versions, name="assessment-versions"),
    path("assessments/<uuid:assessment_id>/<str:verb>/", views.step, name="assessment-step"),
    path("assessments/calls/<uuid:call_id>/take-back/", views.uncall, name="assessment-uncall"),
    path("assessments/documents/<uuid:document_id>/gathered/", views.gather, name="assessment-gathered"),
]
