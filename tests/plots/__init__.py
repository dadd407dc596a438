"""Figures are tested by what they plot, not by their pixels."""
