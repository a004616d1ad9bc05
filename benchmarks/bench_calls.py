"""Salesforce calls for each thing that happens, beside those counted for Cal.com's Salesforce app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stage import measured, stage

if TYPE_CHECKING:
    from crm_sync.tests.sync.told import Told

# Counted at Cal.com's code of February 2026 with the options that do most of what Distro does (it was run against a
# server that logs requests); None where there is nothing of the kind.
RIVAL = {
    "new Lead, everything on": 11,
    "existing Contact, everything on": 9,
    "existing Contact, owner alone": 5,
    "rescheduled": 1,
    "reassigned": 10,
    "cancelled": 3,
    "no-show": 5,
    "completed": None,
}


def main() -> None:
    counted: dict[str, int] = {}
    with stage() as told:
        from django.conf import settings

        settings.SYNC_OWNER_RECHECKS = ()

        def count(name: str, act: Callable[[Told], None]) -> None:
            with measured(told) as cost:
                act(told)
            counted[name] = cost.calls

        _count_all(told, count)
    print("Calls of Salesforce's API        Distro  Cal.com  ratio")
    for name, calls in counted.items():
        rival = RIVAL[name]
        shown = f"{rival:8}  {rival / calls:5.1f}" if rival else "       -      -"
        print(f"  {name:30} {calls:6} {shown}")
    print(
        "Distro's first two hold the visitor's look-up, person, Event, and the owner read, written and read back."
    )
    print("Cal.com rewrites no Lead or Contact when a meeting moves, and reads no owner back.")


def _count_all(told: Told, count: Callable[[str, Callable[[Told], None]], None]) -> None:
    from crm_sync.tests.sync.told import BOB
    from distro.testing.factories import make_host

    def booked(email: str) -> None:
        told.book(told.submit(email, looked=True))
        told.work()
        told.wait()

    def changed(**values: object) -> None:
        from routing.models import Meeting

        told.tell(Meeting.objects.get(prospect__email="new@calls.example"), **values)
        told.work()
        told.wait()

    count("new Lead, everything on", lambda _: booked("new@calls.example"))
    for email in ("there@calls.example", "owned@calls.example"):
        told.add("Contact", LastName="There", Email=email)
    count("existing Contact, everything on", lambda _: booked("there@calls.example"))
    told.router.update_record = False
    told.router.save()
    count("existing Contact, owner alone", lambda _: booked("owned@calls.example"))

    from routing.models import Meeting

    told.move(Meeting.objects.get(prospect__email="new@calls.example"))
    told.forget_calls()
    count("rescheduled", lambda _: told.work())
    bob = make_host(told.workspace, name="Bob Brook", email=BOB)
    count("reassigned", lambda _: changed(host=bob))
    count("no-show", lambda _: changed(status="No Show"))
    count("completed", lambda _: changed(status="Completed"))
    count("cancelled", lambda _: changed(status="Cancelled"))


if __name__ == "__main__":
    main()
