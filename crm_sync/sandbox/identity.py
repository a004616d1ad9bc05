"""Who the connected user is: the identity URL and userinfo."""

from __future__ import annotations

from typing import Any

from .org import Org
from .store import Row
from .values import show

REST_URLS = {
    "rest": "/services/data/v{version}/",
    "sobjects": "/services/data/v{version}/sobjects/",
    "search": "/services/data/v{version}/search/",
    "query": "/services/data/v{version}/query/",
    "recent": "/services/data/v{version}/recent/",
    "tooling_rest": "/services/data/v{version}/tooling/",
    "enterprise": "/services/Soap/c/{version}/",
    "metadata": "/services/Soap/m/{version}/",
    "partner": "/services/Soap/u/{version}/",
    "tooling_soap": "/services/Soap/T/{version}/",
    "feeds": "/services/data/v{version}/chatter/feeds",
    "groups": "/services/data/v{version}/chatter/groups",
    "users": "/services/data/v{version}/chatter/users",
    "feed_items": "/services/data/v{version}/chatter/feed-items",
    "feed_elements": "/services/data/v{version}/chatter/feed-elements",
}
BERLIN_OFFSET_MS = 3600000


def shared(org: Org, user: Row) -> dict[str, Any]:
    """What both answers have in common; `urls` keep their {version} placeholder."""
    base = org.base_url
    urls = {name: base + path for name, path in REST_URLS.items()}
    urls |= {"profile": f"{base}/{user['Id']}", "custom_domain": base}
    return {
        "user_id": user["Id"], "organization_id": org.id, "email": user["Email"], "email_verified": True,
        "urls": urls, "active": user["IsActive"], "language": user["LanguageLocaleKey"],
        "locale": user["LocaleSidKey"], "utcOffset": BERLIN_OFFSET_MS,
        "photos": {"picture": f"{base}/profilephoto/005/F", "thumbnail": f"{base}/profilephoto/005/T"},
    }  # fmt: skip


def identity(org: Org, user: Row) -> dict[str, Any]:
    url = f"{org.base_url}/id/{org.id}/{user['Id']}"
    return shared(org, user) | {
        "id": url, "asserted_user": True, "username": user["Username"], "nick_name": user["CommunityNickname"],
        "display_name": user["Name"], "first_name": user["FirstName"], "last_name": user["LastName"],
        "timezone": user["TimeZoneSidKey"], "addr_street": None, "addr_city": None, "addr_state": None,
        "addr_country": None, "addr_zip": None, "mobile_phone": None, "mobile_phone_verified": False,
        "is_lightning_login_user": False, "status": {"created_date": None, "body": None},
        "user_type": user["UserType"].upper(), "last_modified_date": show(user["LastModifiedDate"]),
        "is_app_installed": True,
    }  # fmt: skip


def userinfo(org: Org, user: Row) -> dict[str, Any]:
    base = org.base_url
    return shared(org, user) | {
        "sub": f"{base}/id/{org.id}/{user['Id']}", "preferred_username": user["Username"],
        "nickname": user["CommunityNickname"], "name": user["Name"], "given_name": user["FirstName"],
        "family_name": user["LastName"], "zoneinfo": user["TimeZoneSidKey"], "profile": f"{base}/{user['Id']}",
        "picture": f"{base}/profilephoto/005/F", "address": {}, "is_salesforce_integration_user": False,
        "user_type": user["UserType"].upper(), "updated_at": user["LastModifiedDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip
