"""A backlog of 1,000 bookings of new people, drained together and one by one, with 150 ms to each call."""

from __future__ import annotations

import sys

from stage import Cost, measured, slow_down, stage

BOOKINGS, ONE_BY_ONE, DELAY = 1000, 25, 0.15


def main() -> None:
    bookings = int(sys.argv[1]) if len(sys.argv) > 1 else BOOKINGS
    with stage() as told:
        from crm_sync import drain
        from crm_sync.models import SyncRun

        def drained(count: int, name: str) -> Cost:
            slow_down(told.org, 0)
            for number in range(count):
                told.book(told.submit(f"{name}{number}@backlog.example"))
            slow_down(told.org, DELAY)
            with measured(told) as cost:
                told.work()
                told.wait()
            states = set(SyncRun.objects.values_list("state", flat=True))
            assert states == {"done"}, states
            return cost

        together = drained(bookings, "all")
        drain._at_once = lambda *_: 1
        alone = drained(ONE_BY_ONE, "one")
        leads = len(told.records("Lead")) - ONE_BY_ONE
        assert len(told.records("Event")) == bookings + ONE_BY_ONE, "an Event for each booking"
    print(
        f"Backlog of {bookings} bookings of new people, owners included, {DELAY * 1000:.0f} ms to each call"
    )
    print(
        f"  together    {together.calls} calls, {together.seconds:.1f} s, {together.statements} SQL statements"
    )
    calls, seconds = alone.calls / ONE_BY_ONE, alone.seconds / ONE_BY_ONE
    print(f"  one by one  {calls:.1f} calls, {seconds:.2f} s for each (measured on {ONE_BY_ONE})")
    print(f"  ratio       {calls * bookings / together.calls:.0f} times fewer calls, ", end="")
    print(f"{seconds * bookings / together.seconds:.0f} times faster; {leads} Leads in the org")


if __name__ == "__main__":
    main()
