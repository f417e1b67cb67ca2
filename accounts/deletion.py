"""Deleting an account: what is the person's goes, what others rely on stays without the person."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.personal_data import hindrances, kinds


@transaction.atomic
def delete_account(user: User) -> None:
    """Forget a user. Raises ValidationError, and changes nothing, while something hinders it.

    The row stays as "former user", with no name and no address, because decisions and history
    point to it; nobody can log in with it. What the audit log says of the person's own record
    goes with it; what the person did to others' records stays.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if reasons := hindrances(user):
        raise ValidationError(reasons)
    known_as = [name for name in (user.email, user.get_full_name()) if name]
    # The change to a former user is itself personal data: it would keep the name as it was.
    with disable_auditlog():
        for kept in kinds():
            if kept.forget:
                kept.forget(user)
        for model in (EmailAddress, Authenticator, SocialAccount):
            model.objects.filter(user=user).delete()
        user.email = f"former-user-{user.pk}@deleted.invalid"
        user.first_name, user.last_name = "", _("former user")
        user.is_active = user.is_staff = user.is_superuser = False
        user.set_unusable_password()
        user.save()
    own = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=own, object_id=user.pk).delete()
    LogEntry.objects.filter(actor=user).update(actor_email=None)
    # What else the log calls by her name: a membership, a claim, an address that changed.
    named = Q()
    for name in known_as:
        named |= Q(object_repr__icontains=name) | Q(said__icontains=name)
    entries = LogEntry.objects.annotate(said=Cast("changes", TextField())).filter(named)
    entries.update(object_repr=_("former user"), changes=None)
