"""How the answers came about: design, tally, what is read from them."""
