"""Which answers count: held and released by two people, with a reason that can be read."""
