"""While a wave runs: outcomes, rates, cases."""
