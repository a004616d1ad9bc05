"""Lead, Contact, Account and Opportunity with the lengths and rules recorded in real orgs' describes."""

from __future__ import annotations

from typing import Any

from .fields import Field, address, choice, long_text, number, plain, read_only, ref, system_fields, text
from .sobject import SObject, make

SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx.")
SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
RATINGS = ("Hot", "Warm", "Cold")
INDUSTRIES = (
    "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction",
    "Consulting", "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental",
    "Finance", "Food & Beverage", "Government", "Healthcare", "Hospitality", "Insurance", "Machinery",
    "Manufacturing", "Media", "Not For Profit", "Recreation", "Retail", "Shipping", "Technology",
    "Telecommunications", "Transportation", "Utilities", "Other",
)  # fmt: skip
LEAD_STATUSES = (
    "Open - Not Contacted",
    "Working - Contacted",
    "Closed - Converted",
    "Closed - Not Converted",
)
ACCOUNT_TYPES = (
    "Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller", "Installation Partner",
    "Technology Partner", "Other",
)  # fmt: skip
STAGES = (
    "Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers",
    "Perception Analysis", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost",
)  # fmt: skip


def person_names(salutations: tuple[str, ...]) -> list[Field]:
    """LastName (required, 80), FirstName (40), Salutation and the read-only Name (121)."""
    part_of: dict[str, Any] = {"permissionable": False, "compound": "Name", "extra": "personname"}
    whole: dict[str, Any] = {"permissionable": False, "name_field": True, "extra": "personname"}
    return [
        text("LastName", 80, nillable=False, **part_of),
        text("FirstName", 40, **part_of),
        choice("Salutation", salutations, length=40, **part_of),
        read_only(text("Name", 121, label="Full Name", nillable=False, **whole)),
    ]


def email_and_bounce(*, createable: bool) -> list[Field]:
    fixed: dict[str, Any] = {"permissionable": False, "createable": createable}
    return [
        text("Email", 80, "email", id_lookup=True),
        text("EmailBouncedReason", 255, **fixed),
        plain("EmailBouncedDate", "datetime", **fixed),
    ]


def views_and_activity() -> list[Field]:
    """What the platform notes by itself about looking and meeting."""
    return [
        read_only(plain("LastActivityDate", "date", label="Last Activity", permissionable=False)),
        read_only(plain("LastViewedDate", "datetime", permissionable=False)),
        read_only(plain("LastReferencedDate", "datetime", permissionable=False)),
        read_only(text("PhotoUrl", 255, "url", label="Photo URL", permissionable=False, extra="imageurl")),
    ]


def lead() -> SObject:
    converted = [
        read_only(ref(f"Converted{kind}Id", kind, permissionable=False, relationship=f"Converted{kind}"))
        for kind in ("Account", "Contact", "Opportunity")
    ]
    return make("Lead", "00Q", [
        *system_fields("Lead", ("Group", "User")),
        read_only(ref("MasterRecordId", "Lead", label="Master Record ID", permissionable=False)),
        *person_names(SALUTATIONS),
        text("Title", 128),
        text("Company", 255, nillable=False, permissionable=False),
        *address("", "Address"),
        *(text(name, 40, "phone") for name in ("Phone", "MobilePhone", "Fax")),
        *email_and_bounce(createable=False),
        text("Website", 255, "url"),
        long_text("Description"),
        choice("LeadSource", SOURCES),
        choice("Status", LEAD_STATUSES, nillable=False, defaulted=True, default=LEAD_STATUSES[0], permissionable=False),
        choice("Industry", INDUSTRIES),
        choice("Rating", RATINGS),
        number("AnnualRevenue", "currency", 18),
        text("CompanyDunsNumber", 9, label="Company D-U-N-S Number"),
        number("NumberOfEmployees", "int", 8, label="Employees"),
        plain("IsConverted", "boolean", label="Converted", updateable=False, permissionable=False),
        read_only(plain("ConvertedDate", "date", permissionable=False)),
        *converted,
        plain("IsUnreadByOwner", "boolean", label="Unread By Owner", permissionable=False),
        *views_and_activity(),
    ])  # fmt: skip


def contact() -> SObject:
    return make("Contact", "003", [
        *system_fields("Contact", ("User",)),
        read_only(ref("MasterRecordId", "Contact", label="Master Record ID", permissionable=False)),
        ref("AccountId", "Account"),
        *person_names(SALUTATIONS[:-1]),
        *address("Mailing", "MailingAddress"),
        *address("Other", "OtherAddress"),
        text("Phone", 40, "phone", label="Business Phone"),
        text("Fax", 40, "phone", label="Business Fax"),
        *(text(name, 40, "phone") for name in ("MobilePhone", "HomePhone", "OtherPhone")),
        text("AssistantPhone", 40, "phone", label="Asst. Phone"),
        ref("ReportsToId", "Contact"),
        *email_and_bounce(createable=True),
        text("Title", 128),
        text("Department", 80),
        text("AssistantName", 40, label="Assistant's Name"),
        choice("LeadSource", SOURCES),
        plain("Birthdate", "date"),
        long_text("Description", label="Contact Description"),
        read_only(plain("IsEmailBounced", "boolean", permissionable=False)),
        *views_and_activity(),
    ])  # fmt: skip


def account() -> SObject:
    return make("Account", "001", [
        *system_fields("Account", ("User",)),
        read_only(ref("MasterRecordId", "Account", label="Master Record ID", permissionable=False)),
        text("Name", 255, label="Account Name", nillable=False, name_field=True, permissionable=False),
        choice("Type", ACCOUNT_TYPES, length=40, label="Account Type"),
        ref("ParentId", "Account", label="Parent Account ID"),
        *address("Billing", "BillingAddress"),
        *address("Shipping", "ShippingAddress"),
        text("Phone", 40, "phone", label="Account Phone"),
        text("Fax", 40, "phone", label="Account Fax"),
        text("AccountNumber", 40),
        text("Website", 255, "url"),
        choice("Industry", INDUSTRIES, length=40),
        number("AnnualRevenue", "currency", 18),
        number("NumberOfEmployees", "int", 8, label="Employees"),
        choice("Ownership", ("Public", "Private", "Subsidiary", "Other"), length=40),
        long_text("Description", label="Account Description"),
        choice("Rating", RATINGS, length=40, label="Account Rating"),
        text("Sic", 20, label="SIC Code"),
        text("TickerSymbol", 20),
        text("Site", 80, label="Account Site"),
        choice("AccountSource", SOURCES, length=40),
        *views_and_activity(),
    ])  # fmt: skip


def opportunity() -> SObject:
    return make("Opportunity", "006", [
        *system_fields("Opportunity", ("User",)),
        ref("AccountId", "Account"),
        text("Name", 120, nillable=False, id_lookup=True, name_field=True, permissionable=False),
        long_text("Description"),
        choice("StageName", STAGES, nillable=False, permissionable=False, label="Stage"),
        number("Amount", "currency", 18, 2),
        plain("CloseDate", "date", nillable=False, permissionable=False),
        choice("LeadSource", SOURCES),
        choice("Type", ("Existing Business", "New Business"), label="Opportunity Type"),
        text("NextStep", 255),
        number("Probability", "percent", 3, label="Probability (%)"),
    ], plural="Opportunities")  # fmt: skip
