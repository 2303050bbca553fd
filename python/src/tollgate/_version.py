"""The version: the same as that of the gateway."""

__version__ = "0.1.0"
