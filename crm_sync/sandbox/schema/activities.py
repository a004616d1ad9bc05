"""Event and Task: two tables that share the custom fields defined on Activity."""

from __future__ import annotations

from .fields import choice, long_text, number, plain, read_only, ref, system_fields, text
from .sobject import SObject, make

SUBJECTS = ("Call", "Email", "Meeting", "Send Letter/Quote", "Other")
WHO = ("Contact", "Lead")
WHAT = ("Account", "Opportunity")


def calendar_event() -> SObject:
    """Event as recorded: nothing is required in describe; the rules on its end are save rules."""
    return make("Event", "00U", [
        *system_fields("Activity", ("Calendar", "User"), owner_label="Assigned To ID"),
        ref("WhoId", *WHO, label="Name ID"),
        ref("WhatId", *WHAT, label="Related To ID"),
        text("Subject", 255, "combobox", values=SUBJECTS, name_field=True, permissionable=False, groupable=False),
        text("Location", 255),
        plain("IsAllDayEvent", "boolean", label="All-Day Event"),
        plain("ActivityDateTime", "datetime", label="Due Date Time", permissionable=False),
        plain("ActivityDate", "date", label="Due Date Only", permissionable=False),
        number("DurationInMinutes", "int", 8, label="Duration", permissionable=False),
        plain("StartDateTime", "datetime", label="Start Date Time", permissionable=False),
        plain("EndDateTime", "datetime", label="End Date Time", permissionable=False),
        read_only(plain("EndDate", "date", permissionable=False)),
        long_text("Description"),
        read_only(ref("AccountId", "Account", permissionable=False)),
        plain("IsPrivate", "boolean", label="Private", permissionable=False),
        choice("ShowAs", ("Busy", "OutOfOffice", "Free"), length=40, restricted=True, defaulted=True,
               default="Busy", label="Show Time As", permissionable=False),
        read_only(plain("IsChild", "boolean", permissionable=False)),
        read_only(plain("IsGroupEvent", "boolean", permissionable=False)),
        read_only(choice("GroupEventType", ("0", "1", "2", "3"), length=40, restricted=True, permissionable=False,
                         defaulted=True, default="0")),
        read_only(plain("IsArchived", "boolean", label="Archived", permissionable=False)),
        plain("IsReminderSet", "boolean", label="Reminder Set", permissionable=False),
        plain("ReminderDateTime", "datetime", label="Reminder Date/Time", permissionable=False),
        choice("EventSubtype", ("Event",), length=40, restricted=True, updateable=False, permissionable=False,
               default="Event"),
    ], activity=True)  # fmt: skip


def task() -> SObject:
    return make("Task", "00T", [
        *system_fields("Activity", ("Group", "User"), owner_label="Assigned To ID"),
        ref("WhoId", *WHO, label="Name ID"),
        ref("WhatId", *WHAT, label="Related To ID"),
        text("Subject", 255, "combobox", values=SUBJECTS, name_field=True),
        plain("ActivityDate", "date", label="Due Date Only"),
        choice("Status", ("Not Started", "In Progress", "Completed"), nillable=False, defaulted=True,
               default="Not Started", permissionable=False),
        choice("Priority", ("High", "Normal", "Low"), nillable=False, defaulted=True, default="Normal",
               permissionable=False),
        long_text("Description"),
        read_only(plain("IsClosed", "boolean", label="Closed", permissionable=False)),
        read_only(plain("IsArchived", "boolean", label="Archived", permissionable=False)),
    ], activity=True)  # fmt: skip
