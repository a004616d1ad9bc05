"""The demo: a believable company and everything it needs, running on one machine."""
