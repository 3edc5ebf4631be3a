"""`python -m deploy.cli`, for images without the script."""

from deploy.cli import main

main()
