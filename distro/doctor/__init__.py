"""What an operator should know before going live: checks that each app registers in a module `doctor_checks`."""

from distro.doctor.findings import Finding, Level, fine, mend, number_of, warn
from distro.doctor.registry import check, workspace_check

__all__ = ["Finding", "Level", "check", "fine", "mend", "number_of", "warn", "workspace_check"]
