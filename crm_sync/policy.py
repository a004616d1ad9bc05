"""What a router, or the rule that matched, wants done in Salesforce."""

from __future__ import annotations

from routing.models import DistributionRule, OwnershipRule, Submission


def matched_rule(submission: Submission) -> OwnershipRule | DistributionRule | None:
    """The rule that decided, None for the router's default."""
    return submission.ownership_rule or submission.distribution_rule


def owner_policy(submission: Submission) -> str:
    """When the host becomes the owner: "true", "false", "leads" or "unowned"."""
    rule = matched_rule(submission)
    return (rule.update_owner if rule else "") or submission.router.update_owner


def may_create(submission: Submission) -> bool:
    """Whether a record may be created when nobody is found."""
    rule = matched_rule(submission)
    own = rule.create_record if rule else None
    return submission.router.create_record if own is None else own
