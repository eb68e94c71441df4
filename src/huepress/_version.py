"""The version of the package: named once, for every room that writes it down."""

__version__ = "0.1.0"
