"""How fair an allocation is, how sure, and why: by code that shares nothing with the solvers."""
