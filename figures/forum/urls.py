"""Addresses of the provincial forum."""

from django.urls import path

from figures.forum import views

urlpatterns = [
    path("", views.provinces, name="forums"),
    path("<str:code>/", views.forum, name="forum"),
    path("<str:code>/<int:pk>/", views.asked, name="forum-request"),
    path("<str:code>/<int:pk>/opmerking/", views.remark, name="forum-remark"),
    path("<str:code>/<int:pk>/standpunt/", views.conclude, name="forum-conclude"),
]
