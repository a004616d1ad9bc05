"""The installation's own checks, in the order in which they are told."""

from distro.doctor import environment_checks, running_checks

__all__ = ["environment_checks", "running_checks"]
