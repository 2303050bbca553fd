"""The conformance suite: one venue, five real clients at the same time. See ../README.md."""
