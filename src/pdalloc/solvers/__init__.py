"""Solvers: small frozen dataclasses of options with one method, `solve`."""
