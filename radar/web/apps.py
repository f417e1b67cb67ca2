from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "radar.web"
    label = "web"
