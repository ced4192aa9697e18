"""`python -m survey`: the command line."""

from survey.cli import main

main()
