"""The objects of Setup: users, queues, profiles, permission sets, the organisation itself."""

from __future__ import annotations

from .fields import Field, choice, plain, read_only, ref, system_fields, text
from .sobject import SObject, make

USER_TYPES = ("Standard", "PowerPartner", "CspLitePortal", "CustomerSuccess", "Guest", "AutomatedProcess")
# The rights of a profile or permission set that this org knows and enforces.
PERMISSIONS = (
    "ApiEnabled", "CustomizeApplication", "ManageProfilesPermissionsets", "AssignPermissionSets", "ManageUsers",
    "ModifyAllData", "ViewAllData", "ViewSetup", "TransferAnyLead", "ModifyMetadata",
)  # fmt: skip
OBJECT_RIGHTS = ("Create", "Read", "Edit", "Delete", "ViewAllRecords", "ModifyAllRecords")


def fixed_text(name: str, length: int, **more: object) -> Field:
    return text(name, length, permissionable=False, **more)  # type: ignore[arg-type]


def permission_flags() -> list[Field]:
    return [plain(f"Permissions{name}", "boolean", permissionable=False) for name in PERMISSIONS]


def user() -> SObject:
    return make("User", "005", [
        *system_fields("User"),
        fixed_text("Username", 80, nillable=False, id_lookup=True),
        fixed_text("LastName", 80, nillable=False, compound="Name"),
        fixed_text("FirstName", 40, compound="Name"),
        read_only(fixed_text("Name", 121, label="Full Name", name_field=True)),
        text("CompanyName", 80),
        text("Title", 80),
        text("Email", 128, "email", nillable=False, permissionable=False),
        fixed_text("Alias", 8, nillable=False),
        fixed_text("CommunityNickname", 40, label="Nickname"),
        plain("IsActive", "boolean", label="Active", permissionable=False),
        fixed_text("TimeZoneSidKey", 40, label="Time Zone"),
        fixed_text("LocaleSidKey", 40, label="Locale"),
        fixed_text("LanguageLocaleKey", 40, label="Language"),
        ref("ProfileId", "Profile", permissionable=False, nillable=False),
        read_only(choice("UserType", USER_TYPES, length=40, restricted=True, permissionable=False)),
        text("FederationIdentifier", 512, id_lookup=True, label="SAML Federation ID"),
        ref("ManagerId", "User"),
    ], setup="ManageUsers", deletable=False)  # fmt: skip


def queue_group() -> SObject:
    kinds = ("Queue", "Regular", "Organization")
    return make("Group", "00G", [
        *system_fields("Group"),
        fixed_text("Name", 40, nillable=False, name_field=True),
        fixed_text("DeveloperName", 80, nillable=False),
        choice("Type", kinds, length=40, restricted=True, permissionable=False),
        text("Email", 255, "email", permissionable=False),
    ], setup="ManageUsers")  # fmt: skip


def permission_set() -> SObject:
    return make("PermissionSet", "0PS", [
        *system_fields("PermissionSet"),
        fixed_text("Name", 80, nillable=False, label="Permission Set Name", name_field=True),
        fixed_text("Label", 80, nillable=False, label="Permission Set Label"),
        text("Description", 255, permissionable=False),
        read_only(plain("IsOwnedByProfile", "boolean", permissionable=False)),
        read_only(ref("ProfileId", "Profile", permissionable=False)),
        read_only(plain("IsCustom", "boolean", permissionable=False)),
        read_only(fixed_text("NamespacePrefix", 15)),
        *permission_flags(),
    ], setup="ManageProfilesPermissionsets")  # fmt: skip


def field_permissions() -> SObject:
    return make("FieldPermissions", "01k", [
        *system_fields("FieldPermissions"),
        ref("ParentId", "PermissionSet", nillable=False, updateable=False, permissionable=False),
        fixed_text("SobjectType", 40, nillable=False, updateable=False),
        fixed_text("Field", 255, nillable=False, updateable=False),
        plain("PermissionsEdit", "boolean", permissionable=False),
        plain("PermissionsRead", "boolean", permissionable=False),
    ], plural="Field Permissions", setup="ManageProfilesPermissionsets")  # fmt: skip


def object_permissions() -> SObject:
    return make("ObjectPermissions", "110", [
        *system_fields("ObjectPermissions"),
        ref("ParentId", "PermissionSet", nillable=False, updateable=False, permissionable=False),
        fixed_text("SobjectType", 40, nillable=False, updateable=False),
        *(plain(f"Permissions{right}", "boolean", permissionable=False) for right in OBJECT_RIGHTS),
    ], plural="Object Permissions", setup="ManageProfilesPermissionsets")  # fmt: skip


def permission_set_assignment() -> SObject:
    return make("PermissionSetAssignment", "0Pa", [
        *system_fields("PermissionSetAssignment"),
        ref("PermissionSetId", "PermissionSet", nillable=False, updateable=False, permissionable=False),
        ref("AssigneeId", "User", nillable=False, updateable=False, permissionable=False),
    ], setup="AssignPermissionSets", updateable=False)  # fmt: skip


def profile() -> SObject:
    return make("Profile", "00e", [
        *system_fields("Profile"),
        fixed_text("Name", 255, nillable=False, name_field=True),
        choice("UserType", USER_TYPES, length=40, restricted=True, permissionable=False),
        text("Description", 255, permissionable=False),
        *permission_flags(),
    ], setup="ManageProfilesPermissionsets", createable=False, deletable=False)  # fmt: skip


def organization() -> SObject:
    return make("Organization", "00D", [
        *system_fields("Organization"),
        fixed_text("Name", 80, name_field=True),
        text("PrimaryContact", 80, permissionable=False),
        fixed_text("InstanceName", 5),
        plain("IsSandbox", "boolean", permissionable=False),
        fixed_text("OrganizationType", 40, label="Edition"),
        fixed_text("NamespacePrefix", 15),
        plain("TrialExpirationDate", "datetime", permissionable=False),
        fixed_text("TimeZoneSidKey", 40, label="Time Zone"),
        fixed_text("LanguageLocaleKey", 40, label="Language"),
        fixed_text("DefaultLeadAccess", 40),
        fixed_text("DefaultContactAccess", 40),
        fixed_text("DefaultAccountAccess", 40),
        fixed_text("DefaultCalendarAccess", 40),
    ], createable=False, updateable=False, deletable=False)  # fmt: skip
