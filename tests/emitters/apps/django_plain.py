"""Django's own development server, and its log."""

import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import JsonResponse
from django.urls import path
from shop import PATHS, PORT, answer

settings.configure(SECRET_KEY="not-a-secret", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True, DEBUG=False)


def shop(request):
    status = answer(request.path)
    return JsonResponse({"ok": status < 400}, status=status)


urlpatterns = [path(one.lstrip("/"), shop) for one in PATHS]

if __name__ == "__main__":
    execute_from_command_line([sys.argv[0], "runserver", "--noreload", f"127.0.0.1:{PORT}"])
