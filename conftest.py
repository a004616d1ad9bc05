"""Fixtures of every test: the real programs that a test may ask for."""

pytest_plugins = ["distro.testing.fixtures"]
