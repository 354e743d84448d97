from django.urls import path

from handslag.site.entrance import factors, oidc, password, sessions, views

urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/", views.sign_in, name="account_login"),  # as allauth calls it
    path("sign-in/eid/", oidc.begin, name="eid"),
    path("sign-in/<str:provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
    path("sign-in/set-up/", factors.first_authenticator, name="sign-in-set-up"),
    path("sign-in/code/", factors.code, name="mfa_authenticate"),
    path("sign-in/as/", views.sign_in_as, name="sign-in-as"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("security/", factors.security, name="mfa_index"),
    path("security/password/", password.change_password, name="change-password"),
    path("security/confirm/", factors.confirm, name="account_reauthenticate"),
    path("security/authenticator/", factors.new_authenticator, name="mfa_activate_totp"),
    path("security/passkeys/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path("security/passkeys/<str:credential_id>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
    path("security/recovery-codes/", factors.recovery_codes, name="mfa_view_recovery_codes"),
    path("security/recovery-codes/new/", factors.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("language/", views.choose_language, name="language"),
]
