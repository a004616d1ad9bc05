"""Salesforce's refusals, as a table of ready-made answers (facts: REST API guide, "Status codes and errors")."""

from __future__ import annotations

from typing import Any

COLUMN_ADVICE = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


class ApiError(Exception):
    """One refused request: HTTP status and the list of errors of its body."""

    def __init__(
        self, status: int, code: str, message: str, fields: list[str] | None = None, **extra: Any
    ) -> None:
        super().__init__(f"{code}: {message}")
        entry: dict[str, Any] = {"message": message, "errorCode": code}
        if fields is not None:
            entry["fields"] = fields
        self.status = status
        self.errors: list[dict[str, Any]] = [{**extra, **entry}]

    @property
    def code(self) -> str:
        """The first error's code, by which clients classify."""
        return str(self.errors[0]["errorCode"])


class MultipleChoices(Exception):
    """An external id that several records carry; nothing was written."""

    def __init__(self, urls: list[str]) -> None:
        super().__init__("several records")
        self.urls = urls


def gather(faults: list[ApiError]) -> None:
    """Raises all of `faults` as one refusal; does nothing when there are none."""
    if faults:
        for other in faults[1:]:
            faults[0].errors += other.errors
        raise faults[0]


def not_found() -> ApiError:
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def no_such_field(sobject: str, field: str) -> ApiError:
    return ApiError(400, "INVALID_FIELD", f"No such column '{field}' on sobject of type {sobject}")


def field_not_writable(fields: list[str]) -> ApiError:
    text = (
        f"Unable to create/update fields: {', '.join(fields)}. Please check the security settings of this "
        "field and verify that it is read/write for your profile or permission set."
    )
    return ApiError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", text, fields)


def bad_json(type_name: str, token: str, value: object) -> ApiError:
    text = (
        f"Cannot deserialize instance of {type_name} from {token} value {value} "
        "or request may be missing a required field at [line:1, column:1]"
    )
    return ApiError(400, "JSON_PARSER_ERROR", text)


def external_field_missing(name: str) -> ApiError:
    text = f"Provided external ID field does not exist or is not accessible: {name}"
    return ApiError(404, "NOT_FOUND", text)


def unknown_type(name: str) -> str:
    return (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to "
        "append the '__c' after the entity name. Please reference your WSDL or the describe call for the "
        "appropriate names."
    )


def entity_deleted(fields: list[str] | None = None, status: int = 404) -> ApiError:
    return ApiError(status, "ENTITY_IS_DELETED", "entity is deleted", fields or [])


def no_rights(status: int = 403, code: str = "INSUFFICIENT_ACCESS", what: str = "object id") -> ApiError:
    return ApiError(status, code, f"insufficient access rights on {what}", [])
