"""Synthetic problems, each determined by its seed."""

from pdalloc.generators.days import lexington

__all__ = ["lexington"]
