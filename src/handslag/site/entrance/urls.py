from django.urls import path

from handslag.site.entrance import local, oidc, views

urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/eid/", oidc.begin, name="eid"),
    path("sign-in/<str:provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
    path("sign-in/code/", local.code, name="sign-in-code"),
    path("sign-in/as/", views.sign_in_as, name="sign-in-as"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("language/", views.choose_language, name="language"),
]
