"""Pure functions on arrays, compiled when enough is asked of them."""
