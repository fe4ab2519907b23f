"""`python -m pixeldesk`: the same as the command `pixeldesk`."""

from pixeldesk.cli.main import main

main()
