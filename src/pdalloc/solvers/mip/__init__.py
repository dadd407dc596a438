"""The solver by integer programming, and the engines under it."""
