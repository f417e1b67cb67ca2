"""Searches that a coordinator keeps, and the daily mail about what is new in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core import signing
from django.db import models, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from placement.search_forms import SearchForm, asked_of
from placement.search_results import Search
from radar.web import mail
from schools.policies import CampusPolicy
from schools.school_years import school_year_name, school_year_starting

#: Searches that one person may keep: each is asked anew every day.
MOST = 50
#: Workplaces named in a mail per search; the rest is one link away.
NAMED = 10
#: What only says how a search is shown, and not what it finds.
NOT_ASKED = ("page", "format", "sort")
UNSUBSCRIBE_SALT = "placement.saved_searches.unsubscribe"


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def of(self, user: User) -> Self:
        """The searches of a user herself: nobody else's, whatever her role."""
        return self.filter(user=user)

    def active(self) -> Self:
        return self.filter(paused_at__isnull=True, user__is_active=True)


class SavedSearch(models.Model):
    """Bewaarde zoekopdracht: the question as the address has it, and what it found last.

    `seen` has the recognitions that it found and `seen_free` those of them with a free place, so
    that what is new, and what is newly free, follows.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="saved_searches",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("question"), max_length=4000, editable=False)
    created_at = models.DateTimeField(_("kept since"), auto_now_add=True)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    looked_at = models.DateTimeField(_("last asked"), null=True, blank=True, editable=False)
    seen = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    seen_free = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "name"),
                name="savedsearch_unique_name",
                violation_error_message=_("You have a search with this name already."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def path(self) -> str:
        """The address of the search, in the active language."""
        return f"{reverse('matches')}?{self.query}"

    def form(self) -> SearchForm:
        """The question, asked for this user today: a campus she no longer acts for is unknown."""
        campuses = CampusPolicy(self.user).campuses()
        return SearchForm(asked_of(QueryDict(self.query)), campuses=campuses)

    def see(self, found: Search) -> None:
        """Remember what was found. Not saved."""
        self.seen, self.seen_free = _seen(found)
        self.looked_at = timezone.now()


def normalised(query: QueryDict) -> str:
    """The question alone: without the page, the order and what says nothing.

    A question about this school year goes with the times.
    """
    this_year = school_year_name(school_year_starting(timezone.localdate()))
    kept = QueryDict(mutable=True)
    for name, values in sorted(query.lists()):
        texts = [text for text in values if text and (name, text) != ("school_year", this_year)]
        if texts and name in SearchForm.base_fields and name not in NOT_ASKED:
            kept.setlist(name, texts)
    return kept.urlencode()


def _seen(found: Search) -> tuple[list[int], list[int]]:
    ids = found.ranking.candidates.recognition_ids.tolist()
    return ids, [pk for pk in ids if (found.place(pk).places_free or 0) > 0]


@dataclass(frozen=True)
class News:
    """What a saved search finds that it did not find the last time; `more` are not named."""

    saved: SavedSearch
    named: list[tuple[Any, bool]]
    more: int

    @property
    def count(self) -> int:
        return len(self.named) + self.more


def look(saved: SavedSearch) -> News | None:
    """Ask a saved search anew and remember what it finds; None when there is nothing new.

    One that cannot be asked any more (a campus or programme that has gone) finds nothing.
    """
    form = saved.form()
    if not form.is_valid():
        return None
    found = form.search()
    first_time = saved.looked_at is None
    before, before_free = set(saved.seen), set(saved.seen_free)
    saved.see(found)
    saved.save(update_fields=["seen", "seen_free", "looked_at"])
    if first_time:
        return None
    # By rank, the best first.
    ids = found.ranking.candidates.recognition_ids[found.ranking.order].tolist()
    free = set(saved.seen_free)
    news = [
        (found.place(pk), pk not in before)
        for pk in ids
        if pk not in before or (pk in free and pk not in before_free)
    ]
    return News(saved, news[:NAMED], len(news[NAMED:])) if news else None


def send_digests() -> int:
    """Mail each user what is new in her searches; how many mails were written.

    Each user is a transaction of her own: what was told is remembered with it, so that a run that
    is killed tells nobody twice and forgets nobody.
    """
    users = User.objects.filter(
        pk__in=SavedSearch.objects.active().order_by().values("user")
    ).order_by("pk")
    return sum(_send_digest(user) for user in users)


@transaction.atomic
def _send_digest(user: User) -> bool:
    searches = (
        SavedSearch.objects.of(user).active().select_related("user").select_for_update(of=("self",))
    )
    news = [found for saved in searches if (found := look(saved))]
    if not news:
        return False
    with translation.override(user.language):
        link = settings.SITE_URL + reverse("saved-searches-unsubscribe", args=[token_of(user)])
        context = {
            "news": news,
            "count": sum(item.count for item in news),
            "searches_url": settings.SITE_URL + reverse("saved-searches"),
        }
    mail.send("saved_searches", user.email, context, language=user.language, unsubscribe_url=link)
    return True


def token_of(user: User) -> str:
    """What ends the digests of a user, and does nothing else."""
    return signing.dumps(user.pk, salt=UNSUBSCRIBE_SALT)


def user_of(token: str) -> User | None:
    """Whose digests a token ends; None for one that is altered or of somebody who has gone."""
    try:
        pk = signing.loads(token, salt=UNSUBSCRIBE_SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk).first()


def unsubscribe(user: User) -> int:
    """Pause every search of a user; how many were."""
    return SavedSearch.objects.of(user).active().update(paused_at=timezone.now())
