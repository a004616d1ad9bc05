"""/api/v1/: the first version of the JSON API, put together from the apps' own doorways."""

from __future__ import annotations

from .api import JsonApi

DESCRIPTION = """
What a workspace's own programs can see and do: submissions, meetings, and what Salesforce was told of them.

**Keys.** Every request carries a key of the workspace, `Authorization: Bearer distro_…`. An owner or administrator
makes keys in the admin (API keys), an operator with `manage.py create_api_key WORKSPACE NAME`. A key is shown once.

**Scope.** A key sees its own workspace alone. What belongs to another is answered like what does not exist: 404.

**Lists** come newest first, `limit` items a page. `next` is the `cursor` of the page after, `null` on the last one.
New rows never shift a list that is being read.

**Times** are ISO 8601 in UTC with `Z`. Every key that is described here is always present, `null` where there is
nothing.

**Faults** are `application/problem+json` (RFC 9457); the last part of `type` names the kind of fault.
""".strip()

api = JsonApi(title="Distro", version="1", urls_namespace="api", description=DESCRIPTION)
# By name, as an include has it: nobody imports doorways.
for name in (
    "routing.api.submissions",
    "routing.api.meetings",
    "routing.api.routers",
    "crm_sync.api.runs",
):
    api.add_router("", f"{name}.router")

app_name = "api"
urlpatterns = api.address_patterns()
