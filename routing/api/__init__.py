"""The JSON API of submissions, meetings and routers."""
