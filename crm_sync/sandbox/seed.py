"""The believable small company that a fresh org holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .schema.setup import PERMISSIONS

if TYPE_CHECKING:
    from .org import Org

ADMIN_PROFILE = "System Administrator"
USER_PROFILE = "Standard User"
PROFILES: dict[str, tuple[str, ...]] = {
    ADMIN_PROFILE: PERMISSIONS,
    USER_PROFILE: ("ApiEnabled", "ViewSetup", "TransferAnyLead"),
    "Read Only": ("ApiEnabled",),
    "Minimum Access - Salesforce": (),
}
OBJECT_ACCESS = {
    ADMIN_PROFILE: ("Create", "Read", "Edit", "Delete", "ViewAllRecords", "ModifyAllRecords"),
    USER_PROFILE: ("Create", "Read", "Edit", "Delete"),
    "Read Only": ("Read",),
}
BUSINESS_OBJECTS = ("Account", "Contact", "Lead", "Opportunity")
AUTOMATION_USER = "automation@acme.example"
ADMIN_USER = "dana@acme.example"
STAFF: list[dict[str, Any]] = [
    {
        "FirstName": "Dana",
        "LastName": "Admin",
        "Email": ADMIN_USER,
        "Profile": ADMIN_PROFILE,
        "Title": "RevOps",
    },
    {
        "FirstName": "Integration",
        "LastName": "User",
        "Email": "integration@acme.example",
        "Profile": ADMIN_PROFILE,
    },
    {"FirstName": "Sam", "LastName": "Standard", "Email": "sam@acme.example"},
    {"FirstName": "Gone", "LastName": "Away", "Email": "gone@acme.example", "IsActive": False},
    {"LastName": "Automated Process", "Email": AUTOMATION_USER, "UserType": "AutomatedProcess"},
    {
        "FirstName": "Mia",
        "LastName": "Minimum",
        "Email": "mia@acme.example",
        "Profile": "Minimum Access - Salesforce",
    },
]
SALES: list[dict[str, Any]] = [
    {"FirstName": "Ann", "LastName": "Archer", "Email": "ann@acme.example", "Title": "Account Executive"},
    {"FirstName": "Bob", "LastName": "Brook", "Email": "bob@acme.example", "Title": "Account Executive"},
    {"FirstName": "Cy", "LastName": "Clarke", "Email": "cy@acme.example", "Title": "Sales Development"},
]
ACCOUNTS = (
    ("Initech", "https://www.initech.example", "Technology", 480, "ann@acme.example"),
    ("Globex", "globex.example", "Manufacturing", 5200, "bob@acme.example"),
    ("Hooli", "https://hooli.example/about", "Technology", 21000, ADMIN_USER),
)
CONTACTS = (
    ("Peter", "Gibbons", "peter@initech.example", "Initech", "Engineer"),
    ("Milton", "Waddams", "milton@initech.example", "Initech", "Facilities"),
    ("Hank", "Scorpio", "hank@globex.example", "Globex", "CEO"),
)
LEADS = (
    ("Erlich", "Bachman", "erlich@aviato.example", "Aviato", "Working - Contacted", "Hot"),
    ("Monica", "Hall", "monica@raviga.example", "Raviga", "Open - Not Contacted", "Warm"),
    ("Jin", "Yang", "jin@newpiper.example", "New Piper", "Open - Not Contacted", None),
)


def insert(org: Org, sobject: str, values: dict[str, Any], *, by: str = "", fixed: bool = True) -> str:
    """Puts a record there without asking any rule."""
    table = org.schema[sobject]
    now = org.now()
    row = {one.name: one.default for one in table}
    row |= {"Id": org.ids.make(table.prefix, fixed=fixed), "CreatedDate": now, "LastModifiedDate": now}
    row |= {"SystemModstamp": now, "CreatedById": by or None, "LastModifiedById": by or None}
    if "Name" in row and "LastName" in row:
        row["Name"] = " ".join(filter(None, (values.get("FirstName"), values.get("LastName"))))
    org.store.put(table, row | values, by=by, at=now, call=0, action="create")
    return str(row["Id"])


def seed_profiles(org: Org) -> dict[str, str]:
    """Profiles, each with the permission set that it owns; name -> profile id."""
    found = {}
    for name, rights in PROFILES.items():
        flags = {f"Permissions{right}": right in rights for right in PERMISSIONS}
        found[name] = insert(org, "Profile", {"Name": name, "UserType": "Standard", **flags})
        own = {
            "Name": f"X{found[name]}",
            "Label": found[name],
            "IsOwnedByProfile": True,
            "ProfileId": found[name],
        }
        parent = insert(org, "PermissionSet", own | {"IsCustom": False, **flags})
        for sobject in BUSINESS_OBJECTS if name in OBJECT_ACCESS else ():
            granted = {f"Permissions{right}": True for right in OBJECT_ACCESS[name]}
            insert(org, "ObjectPermissions", {"ParentId": parent, "SobjectType": sobject, **granted})
    return found


def add_user(org: Org, entry: dict[str, Any]) -> str:
    """A user from a short description; Username defaults to the e-mail address. Returns its id."""
    values = {"IsActive": True, "UserType": "Standard", "TimeZoneSidKey": "Europe/Berlin", **entry}
    wanted = values.pop("Profile", USER_PROFILE)
    profile = next((p["Id"] for p in org.store.live("Profile") if p["Name"] == wanted), None)
    if profile is None:
        raise ValueError(f'no profile "{wanted}"; there are {", ".join(PROFILES)}')
    if "Email" not in values or "LastName" not in values:
        raise ValueError("a user needs at least Email and LastName")
    unknown = [key for key in values if org.schema["User"].get(key) is None]
    if unknown:
        raise ValueError(f"User has no field {', '.join(unknown)}")
    values["Email"] = values["Email"].lower()
    defaults = {"Username": values["Email"], "Alias": values["LastName"][:8].lower(), "LocaleSidKey": "en_US"}
    defaults |= {"LanguageLocaleKey": "en_US", "CommunityNickname": values["Email"].split("@")[0][:40]}
    made = insert(org, "User", {**defaults, **values, "ProfileId": profile})
    follow_profile(org, made)
    return made


def follow_profile(org: Org, user_id: str) -> None:
    """Every user has an assignment of the permission set that the profile owns; a new profile moves it."""
    store = org.store
    owned = {one["Id"]: one["ProfileId"] for one in store.live("PermissionSet") if one["IsOwnedByProfile"]}
    for row in store.live("PermissionSetAssignment"):
        if row["AssigneeId"] == user_id and row["PermissionSetId"] in owned:
            store.replace("PermissionSetAssignment", row["Id"], None)
    parent = next(one for one, profile in owned.items() if profile == org.user(user_id)["ProfileId"])
    insert(org, "PermissionSetAssignment", {"AssigneeId": user_id, "PermissionSetId": parent})


def seed(org: Org) -> None:
    """Organisation, profiles, users, a queue, and a few Accounts, Contacts and Leads."""
    facts = {
        "Name": org.name,
        "InstanceName": "LOC1",
        "OrganizationType": "Developer Edition",
        "IsSandbox": False,
    }
    access = {"DefaultLeadAccess": "ReadEditTransfer", "DefaultCalendarAccess": "HideDetailsInsert"}
    org.id = insert(org, "Organization", facts | access | {"TimeZoneSidKey": "Europe/Berlin"})
    seed_profiles(org)
    for entry in [*STAFF, *(org.users if org.users is not None else SALES)]:
        add_user(org, entry)
    admin = org.user_named(ADMIN_USER)
    by = admin["Id"] if admin else ""
    insert(org, "Group", {"Name": "Inbound queue", "DeveloperName": "Inbound_queue", "Type": "Queue"}, by=by)
    seed_companies(org, by)


def seed_companies(org: Org, admin: str) -> None:
    owners = {name: (org.user_named(name) or {"Id": admin})["Id"] for *_, name in ACCOUNTS}
    accounts = {}
    for name, website, industry, employees, owner in ACCOUNTS:
        values = {"Name": name, "Website": website, "Industry": industry, "NumberOfEmployees": employees}
        accounts[name] = insert(org, "Account", {**values, "OwnerId": owners[owner]}, by=admin, fixed=False)
    for first, last, email, company, title in CONTACTS:
        account = org.store.tables["Account"][accounts[company]]
        values = {
            "FirstName": first,
            "LastName": last,
            "Email": email,
            "Title": title,
            "AccountId": account["Id"],
        }
        insert(org, "Contact", {**values, "OwnerId": account["OwnerId"]}, by=admin, fixed=False)
    for first, last, email, company, status, rating in LEADS:
        values = {"FirstName": first, "LastName": last, "Email": email, "Company": company, "Status": status}
        insert(org, "Lead", {**values, "Rating": rating, "OwnerId": admin}, by=admin, fixed=False)
