"""Figures in one style, each with an alt text computed from its numbers; one file a theme."""

from .style import COLOURS, Picture, picture

__all__ = ["COLOURS", "Picture", "picture"]
