"""Who writes for a forum, and what it keeps, in the administration."""

from django.contrib import admin

from figures.forum.models import ForumMembership, Opinion, Remark


@admin.register(ForumMembership)
class ForumMembershipAdmin(admin.ModelAdmin):
    list_display = ("user", "province", "since")
    list_filter = ("province",)
    autocomplete_fields = ("user",)


@admin.register(Opinion)
class OpinionAdmin(admin.ModelAdmin):
    list_display = ("offering", "view", "given_on")
    list_filter = ("view",)
    raw_id_fields = ("offering", "given_by")


@admin.register(Remark)
class RemarkAdmin(admin.ModelAdmin):
    list_display = ("offering", "author", "written_at")
    raw_id_fields = ("offering", "author")
