"""A small SOQL: parser, filters, relationship paths, aggregates; faults worded as Salesforce words them."""

from __future__ import annotations

from .run import Result, Source, run_soql

__all__ = ["Result", "Source", "run_soql"]
