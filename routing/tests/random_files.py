"""Random workspace files without faults, as plain values: Hypothesis strategies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)
lines = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], include_characters="\n"), min_size=1
).filter(lambda text: text.strip() == text and len(text) <= 900)
tricky = st.sampled_from(
    ["NO", "null", "12:30", "1_000", "2027-01-04", "- a", "a: b", "#x", "{", "'", '"', "~", "a #b", "[b]"]
)
names = words | tricky
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda key: key != "email")
api_names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,12}", fullmatch=True)
emails = st.from_regex(r"[a-z]{1,6}@acme\.example", fullmatch=True)
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham", "UTC"])
clocks = st.integers(0, 287).map(lambda tick: f"{tick * 5 // 60:02}:{tick * 5 % 60:02}")
spans = st.builds("{}-{}".format, clocks, clocks | st.just("24:00"))
addresses = st.sampled_from(["https://acme.example/a?b=c#d", "http://127.0.0.1:8100/x"])
days = st.dates().map(lambda day: day.isoformat())


def several(of: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> st.SearchStrategy[list[Any]]:
    """A list without repetitions."""
    return st.lists(of, min_size=least, max_size=most, unique=True)


def some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping; what is optional may be missing."""
    return st.fixed_dictionaries(required, optional=optional)


def named(identities: list[str], strategy: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    """One mapping per identity, each made by `strategy(identity)`."""
    return st.tuples(*(strategy(one) for one in identities)).map(list)


workspaces = some(
    {"slug": st.just("acme"), "name": names},
    {
        "timezone": zones,
        "allowed_origins": several(st.sampled_from(["https://a.example", "http://b.example:81"])),
        "rotation_reset": st.sampled_from(["monthly", "quarterly", "yearly", "never"]),
        "count_ownership_bookings": st.booleans(),
        "extension_fields": st.booleans(),
        "free_mail_domains": several(st.sampled_from(["mail.example", "post.example"])),
    },
)
weeks = some({}, {day: several(spans) for day in ("mon", "tue", "sat", "sun")})
times_off = st.tuples(days, days, names | st.none()).map(
    lambda off: {"from": min(off[:2]), "to": max(off[:2]), "reason": off[2]}
)


def hosts(email: str) -> st.SearchStrategy[dict[str, Any]]:
    return some(
        {"email": st.just(email), "name": names},
        {
            "timezone": zones | st.none(),
            "working_hours": weeks,
            "time_off": st.lists(times_off, max_size=2),
            "active": st.booleans(),
            "meeting_url": addresses | st.none(),
            "salesforce_user": names,
        },
    )


def teams(name: str, people: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    members = several(st.sampled_from(people)) if people else st.just([])
    weighted = members.flatmap(
        lambda chosen: named(
            chosen, lambda one: some({"host": st.just(one)}, {"weight": st.integers(0, 100)})
        )
    )
    return some({"name": st.just(name)}, {"members": weighted})


def meeting_types(name: str) -> st.SearchStrategy[dict[str, Any]]:
    fives = st.integers(1, 288).map(lambda number: number * 5)
    return some(
        {"name": st.just(name)},
        {
            "title": st.sampled_from(["Call", "{meeting_type}: {email}", "{host} / {router}"]),
            "duration": fives,
            "slot_interval": fives,
            "buffer_after": fives,
            "minimum_notice": st.integers(0, 10000),
            "horizon_days": st.integers(1, 366),
            "daily_limit": st.integers(1, 50) | st.none(),
            "location": names,
            "complete_after": st.integers(0, 1000) | st.none(),
        },
    )


def fields(key: str) -> st.SearchStrategy[dict[str, Any]]:
    mapping = some({}, {"Lead": api_names, "Contact": api_names})
    shared = {"label": names, "required": st.booleans(), "salesforce": mapping}
    overwrite = {"overwrite": st.sampled_from(["if_blank", "always", "on_create"])}
    plain = some(
        {"key": st.just(key)}, {"type": st.sampled_from(["text", "hidden", "url"]), **shared, **overwrite}
    )
    chosen = some({"key": st.just(key), "type": st.just("select"), "options": several(names, 1)}, shared)
    return plain | chosen


def forms(name: str) -> st.SearchStrategy[dict[str, Any]]:
    email = {"key": "email", "type": "email", "required": True}
    asked = several(keys).flatmap(lambda chosen: named(chosen, fields))
    return some({"name": st.just(name), "fields": asked.map(lambda others: [email, *others])}, {})


unbraced = names.filter(lambda text: "{" not in text)
scalars = unbraced | st.integers(-(10**18), 10**18) | st.booleans() | st.floats(-1e18, 1e18)
leaves = st.one_of(
    some(
        {"field": st.sampled_from(["source_url", "lead.Rating"]), "op": st.just("equals"), "value": scalars},
        {},
    ),
    some(
        {
            "field": st.just("utm.source"),
            "op": st.just("in"),
            "value": st.lists(scalars, min_size=1, max_size=3),
        },
        {},
    ),
    st.just({"field": "email", "op": "is_free_email"}),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda name, parts: {name: parts},
        st.sampled_from(["all", "any"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=5,
)


@st.composite
def rules(
    draw: st.DrawFn, name: str, kinds: list[str], target: st.SearchStrategy[dict[str, Any]]
) -> dict[str, Any]:
    values = st.dictionaries(api_names, scalars | st.just("{utm.source} {email}"), max_size=2)
    effects = some(
        {},
        {
            "when": conditions,
            "meeting_type": st.sampled_from(kinds),
            "update_owner": st.sampled_from([True, False, "leads", "unowned"]),
            "create_record": st.booleans(),
            "set_fields": some({}, {"Lead": values, "Contact": values}),
        },
    )
    return {"name": name, **draw(target), **draw(effects)}


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """A whole file."""
    people, groups = draw(several(emails)), draw(several(names))
    kinds, asked = draw(several(names, 1)), draw(several(names, 1, 2))
    who = [{"host": one} for one in people] + [{"team": one} for one in groups]
    away = [{"message": draw(lines)}, {"redirect": draw(addresses)}]
    targets = st.sampled_from([*({"assign": one} for one in who), *({"disqualify": one} for one in away)])
    owned = st.fixed_dictionaries(
        {
            "object": st.sampled_from(["contact", "lead", "account"]),
            "match": st.sampled_from(["exact", "domain"]),
        }
    )

    def routers(key: str) -> st.SearchStrategy[dict[str, Any]]:
        return some(
            {
                "key": st.just(key),
                "name": names,
                "form": st.sampled_from(asked),
                "meeting_type": st.sampled_from(kinds),
                "default": st.sampled_from([*who, *away, *({"assign": one} for one in who)]),
            },
            {
                "active": st.booleans(),
                "rotation": st.sampled_from(["flexible", "strict"]),
                "salesforce": some(
                    {}, {"update_owner": st.sampled_from([True, False]), "create_record": st.booleans()}
                ),
                "ownership_rules": several(names).flatmap(
                    lambda chosen: named(chosen, lambda one: rules(one, kinds, owned))
                ),
                "distribution_rules": several(names).flatmap(
                    lambda chosen: named(chosen, lambda one: rules(one, kinds, targets))
                ),
            },
        )

    published = draw(several(st.sampled_from(["acme-a", "acme-b", "acme-c"])))
    return {
        "version": 1,
        "workspace": draw(workspaces),
        "hosts": draw(named(people, hosts)),
        "teams": draw(named(groups, lambda one: teams(one, people))),
        "meeting_types": draw(named(kinds, meeting_types)),
        "forms": draw(named(asked, forms)),
        "routers": draw(named(published, routers)),
    }
