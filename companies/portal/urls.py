"""Addresses of what a company does for itself."""

from django.urls import path, register_converter

from companies.portal import claim_decision_views, claim_views, member_views
from companies.portal.converters import EnterpriseNumber

register_converter(EnterpriseNumber, "enterprise")

urlpatterns = [
    path("ondernemingen/", claim_views.find_company, name="find-company"),
    path("ondernemingen/aanvragen/", claim_decision_views.claims, name="claims"),
    path(
        "ondernemingen/aanvragen/<int:pk>/beslissen/",
        claim_decision_views.decide_claim,
        name="claim-decision",
    ),
    path("ondernemingen/aanvragen/<int:pk>/", claim_views.claim, name="claim"),
    path("ondernemingen/aanvragen/<int:pk>/code/", claim_views.enter_code, name="claim-code"),
    path(
        "ondernemingen/aanvragen/<int:pk>/nieuwe-code/",
        claim_views.send_another_code,
        name="claim-new-code",
    ),
    path(
        "ondernemingen/aanvragen/<int:pk>/consulent/",
        claim_views.ask_consultant,
        name="claim-ask-consultant",
    ),
    path(
        "ondernemingen/aanvragen/<int:pk>/intrekken/",
        claim_views.withdraw_claim,
        name="claim-withdraw",
    ),
    path("ondernemingen/<enterprise:number>/", claim_views.company_entry, name="company-entry"),
    path(
        "ondernemingen/<enterprise:number>/beheer/code/",
        claim_views.claim_by_code,
        name="claim-by-code",
    ),
    path(
        "ondernemingen/<enterprise:number>/beheer/consulent/",
        claim_views.claim_by_consultant,
        name="claim-by-consultant",
    ),
    path(
        "ondernemingen/<enterprise:number>/uitnodigen/",
        member_views.invite_first,
        name="company-invite-first",
    ),
    path("onderneming/gebruikers/", member_views.company_members, name="company-members"),
    path("onderneming/gebruikers/uitnodigen/", member_views.invite, name="company-invite"),
    path("onderneming/gebruikers/overdragen/", member_views.hand_over, name="company-hand-over"),
    path("onderneming/gebruikers/verlaten/", member_views.leave, name="company-leave"),
    path("onderneming/gebruikers/<int:pk>/rol/", member_views.change_role, name="member-role"),
    path(
        "onderneming/gebruikers/<int:pk>/verwijderen/",
        member_views.remove_member,
        name="member-remove",
    ),
    path(
        "onderneming/uitnodigingen/<int:pk>/opnieuw/",
        member_views.invite_again,
        name="invitation-again",
    ),
    path(
        "onderneming/uitnodigingen/<int:pk>/intrekken/",
        member_views.withdraw_invitation,
        name="invitation-withdraw",
    ),
    path("onderneming/wisselen/", member_views.switch, name="company-switch"),
    path("uitnodiging/<str:link>/", member_views.invitation, name="invitation"),
]
