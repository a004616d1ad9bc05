"""The local Salesforce-compatible org: an ASGI application of its own, spoken to over HTTP alone."""
