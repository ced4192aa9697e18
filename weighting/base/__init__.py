"""Labels, sums and array types that everything stands on."""
