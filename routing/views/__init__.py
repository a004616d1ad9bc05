"""The doorways of the public web: read the request, call an action, answer as JSON or as a page."""
