"""Django with django-structlog as its documentation configures it, under its own development server."""

import sys

import structlog
from django.conf import settings
from django.http import JsonResponse
from django.urls import path
from shop import PATHS, PORT, answer

settings.configure(
    SECRET_KEY="not-a-secret",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="__main__",
    USE_TZ=True,
    APPEND_SLASH=False,
    DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID=True,
    INSTALLED_APPS=["django_structlog"],
    MIDDLEWARE=["django_structlog.middlewares.RequestMiddleware"],
    LOGGING={
        "version": 1,
        "disable_existing_loggers": True,
        "formatters": {
            "json": {"()": structlog.stdlib.ProcessorFormatter, "processor": structlog.processors.JSONRenderer()}
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "stream": sys.stdout}},
        "loggers": {"django_structlog": {"handlers": ["console"], "level": "INFO"}},
    },
)
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def shop(request):
    status = answer(request.path)
    return JsonResponse({"ok": status < 400}, status=status)


urlpatterns = [path(one.lstrip("/"), shop) for one in PATHS]

if __name__ == "__main__":
    import django
    from django.core.handlers.wsgi import WSGIHandler
    from gunicorn.app.base import BaseApplication

    django.setup()

    class Server(BaseApplication):
        def load_config(self):
            self.cfg.set("bind", f"127.0.0.1:{PORT}")
            self.cfg.set("threads", 4)

        def load(self):
            return WSGIHandler()

    sys.argv = ["gunicorn"]
    Server().run()
