"""What one user may see and do: rights of profile and permission sets, field-level security, private records."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .errors import ApiError, no_rights
from .schema import Field, SObject
from .store import Row

if TYPE_CHECKING:
    from .org import Org

SETUP_VERBS = {"Create": "createable", "Edit": "updateable", "Delete": "deletable"}


class Access:
    """The rights of one user at this moment; made anew for every request."""

    def __init__(self, org: Org, user_id: str) -> None:
        self.org = org
        self.user_id = user_id
        self.user = org.user(user_id)
        self.sets = self.permission_sets()
        self.field_grants = self.read_field_grants()

    def permission_sets(self) -> list[Row]:
        """The profile's own permission set and the assigned ones."""
        store = self.org.store
        assigned = {
            row["PermissionSetId"]
            for row in store.live("PermissionSetAssignment")
            if row["AssigneeId"] == self.user_id
        }
        own = self.user["ProfileId"]
        return [p for p in store.live("PermissionSet") if p["Id"] in assigned or p["ProfileId"] == own]

    def read_field_grants(self) -> dict[str, tuple[bool, bool]]:
        ids = {one["Id"] for one in self.sets}
        grants: dict[str, tuple[bool, bool]] = {}
        for row in self.org.store.live("FieldPermissions"):
            if row["ParentId"] in ids:
                read, edit = grants.get(row["Field"].lower(), (False, False))
                grants[row["Field"].lower()] = (
                    read or row["PermissionsRead"],
                    edit or row["PermissionsEdit"],
                )
        return grants

    def has(self, permission: str) -> bool:
        """A user right such as CustomizeApplication."""
        return any(one.get(f"Permissions{permission}") for one in self.sets)

    def require(self, permission: str, what: str) -> None:
        if not self.has(permission):
            raise no_rights(what=f"entity: {what}")

    def can(self, sobject: SObject, verb: str) -> bool:
        """Object rights; verb is Create, Read, Edit or Delete."""
        if verb in SETUP_VERBS and not getattr(sobject, SETUP_VERBS[verb]):
            return False
        if sobject.setup:
            return verb == "Read" or self.has(sobject.setup)
        if sobject.activity or sobject.name == "Organization":
            return True
        ids = {one["Id"] for one in self.sets}
        return any(
            row["ParentId"] in ids and row["SobjectType"] == sobject.name and row[f"Permissions{verb}"]
            for row in self.org.store.live("ObjectPermissions")
        )

    def field_access(self, sobject: SObject, field: Field) -> tuple[bool, bool]:
        """(readable, editable) by field-level security alone."""
        key = f"{sobject.name}.{field.name}".lower()
        denied = self.org.rules.field_access.get((self.user["ProfileId"], key))
        if denied is not None and not any(self.field_grants.get(key, (False, False))):
            return denied
        if not field.custom or (not field.nillable and field.type != "boolean"):
            return True, True
        if field.visible_from > time.time():
            return False, False
        return self.field_grants.get(key, (False, False))

    def readable(self, sobject: SObject, field: Field) -> bool:
        return self.field_access(sobject, field)[0]

    def editable(self, sobject: SObject, field: Field) -> bool:
        return self.field_access(sobject, field)[1]

    def readable_fields(self, sobject: SObject) -> list[Field]:
        return [one for one in sobject if self.readable(sobject, one)]

    def sees(self, sobject: SObject, row: Row) -> bool:
        """Sharing: a Contact without an Account is private to its owner and to those who see everything."""
        if sobject.name == "Contact" and row["AccountId"] is None:
            return row["OwnerId"] == self.user_id or self.has("ViewAllData")
        return True

    def check_api(self) -> None:
        """Raises unless the user may use the API at all."""
        if self.org.rules.api_disabled:
            text = "The REST API is not enabled for this Organization."
            raise ApiError(403, self.org.rules.api_disabled, text)
        if not self.has("ApiEnabled"):
            raise ApiError(403, "API_CURRENTLY_DISABLED", "API is currently disabled for this user")
