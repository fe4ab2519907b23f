"""The dashboard's door: `python app.py`, or `uvicorn app:app`."""

import sys

from pixeldesk.cli.main import main
from pixeldesk.server.app import app

__all__ = ["app"]

if __name__ == "__main__":
    sys.argv[1:1] = ["serve"]
    main()
