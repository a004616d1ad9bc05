"""POST /r/KEY/submissions: outcomes, negotiation, origins, idempotency."""

from __future__ import annotations

import time
import uuid

import pytest
from django.test import Client, override_settings

from distro.testing.factories import make_distribution_rule, make_router, make_workspace
from routing.actions import idempotency
from routing.form_ticket import issue_ticket
from routing.models import FieldType, FormField, IdempotencyKey, Router, Submission

pytestmark = pytest.mark.django_db

ANSWERS = {"email": "pat@initech.example", "last_name": "Lee", "company": "Initech", "employees": 40}
FORM = {name: str(value) for name, value in ANSWERS.items()}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SITE = "https://www.acme.example"
OWN = "http://testserver"


@pytest.fixture
def router() -> Router:
    return make_router(make_workspace(allowed_origins=[SITE]))


def address(router: Router) -> str:
    return f"/r/{router.key}/submissions"


def post_json(client: Client, router: Router, body: object = None, **more):
    body = {"answers": ANSWERS} if body is None else body
    return client.post(address(router), body, content_type="application/json", **more)


def ticket(router: Router, age: float = 5) -> str:
    return issue_ticket(router.key, time.time() - age)


@override_settings(BASE_URL="https://meet.example")
def test_a_submission_that_may_book_is_given_its_booking_page(client: Client, router: Router) -> None:
    answer = post_json(client, router, {"answers": ANSWERS, "timezone": "Europe/Berlin"})
    submission = Submission.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "submission": str(submission.uuid),
        "outcome": "book",
        "booking_url": f"https://meet.example/b/{submission.booking_token}/",
        "redirect_url": None,
        "message": None,
    }
    assert submission.timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ({"assign_message": "Thanks all the same."}, ("message", None, "Thanks all the same.")),
        ({"assign_redirect": "https://acme.example/x"}, ("redirect", "https://acme.example/x", None)),
    ],
)
def test_a_disqualified_submission_is_told_so(
    client: Client, router: Router, target: dict[str, str], told: tuple[str, str | None, str | None]
) -> None:
    make_distribution_rule(router, **target)
    answer = post_json(client, router).json()
    assert (answer["outcome"], answer["redirect_url"], answer["message"]) == told
    assert answer["booking_url"] is None


def test_where_the_visitor_came_from_is_kept(client: Client, router: Router) -> None:
    body = {
        "answers": ANSWERS,
        "source_url": "https://x.example/p",
        "utm": {"utm_source": "ad", "medium": "b"},
    }
    post_json(client, router, body)
    submission = Submission.objects.get()
    assert submission.utm == {"source": "ad", "medium": "b"}
    assert submission.source_url == "https://x.example/p"


def test_a_form_post_carries_campaign_marks_by_their_usual_names(client: Client, router: Router) -> None:
    answer = client.post(address(router), FORM | {"utm_source": "ad", "timezone": "Asia/Tokyo"})
    submission = Submission.objects.get()
    assert (answer.status_code, answer.json()["outcome"]) == (201, "book")
    assert (submission.utm, submission.timezone) == ({"source": "ad"}, "Asia/Tokyo")
    assert submission.answers["employees"] == 40


def test_a_form_posts_repeated_inputs_and_ticks_are_read(client: Client, router: Router) -> None:
    FormField.objects.create(
        form=router.form, key="topics", type=FieldType.MULTISELECT, options=["A", "B", "C"]
    )
    FormField.objects.create(form=router.form, key="agree", type=FieldType.CHECKBOX)
    client.post(address(router), FORM | {"topics": ["A", "C"], "agree": "on"})
    answers = Submission.objects.get().answers
    assert (answers["topics"], answers["agree"]) == (["A", "C"], True)


def test_a_browsers_form_post_is_redirected_to_its_outcome(client: Client, router: Router) -> None:
    answer = client.post(address(router), FORM, headers=BROWSER)
    token = Submission.objects.get().booking_token
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{OWN}/b/{token}/")


def test_a_browser_is_sent_to_the_redirect_or_shown_the_message(client: Client, router: Router) -> None:
    rule = make_distribution_rule(router, assign_redirect="https://acme.example/x")
    assert client.post(address(router), FORM, headers=BROWSER).headers["Location"] == "https://acme.example/x"
    rule.assign_redirect, rule.assign_message = "", "Thanks <b>all</b> the same."
    rule.save()
    page = client.get(client.post(address(router), FORM, headers=BROWSER).headers["Location"])
    assert page.status_code == 200
    assert "Thanks &lt;b&gt;all&lt;/b&gt; the same." in page.content.decode()


def test_a_redirect_inside_a_frame_leads_out_of_it(client: Client, router: Router) -> None:
    make_distribution_rule(router, assign_redirect="https://acme.example/x")
    framed = BROWSER | {"Sec-Fetch-Dest": "iframe"}
    page = client.get(client.post(address(router), FORM, headers=framed).headers["Location"])
    assert 'href="https://acme.example/x" target="_top"' in page.content.decode()


def test_an_outcome_page_tells_nothing_of_others(client: Client, router: Router) -> None:
    booked = post_json(client, router).json()["submission"]
    assert client.get(f"/r/{router.key}/outcome/{booked}/").status_code == 404
    assert client.get(f"/r/{router.key}/outcome/{uuid.uuid4()}/").status_code == 404


def test_a_json_body_is_answered_in_json_whatever_it_accepts(client: Client, router: Router) -> None:
    assert post_json(client, router, headers=BROWSER).status_code == 201
    answer = post_json(client, router, {"answers": {}}, headers=BROWSER)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_answers_that_do_not_fit_are_named_by_field(client: Client, router: Router) -> None:
    answer = post_json(client, router, {"answers": {"email": "nobody", "employees": "many"}})
    told = answer.json()
    assert (answer.status_code, told["status"], told["type"].endswith("/invalid")) == (422, 422, True)
    assert set(told["errors"]) == {"email", "employees", "last_name"}
    assert Submission.objects.count() == 0


def test_a_browser_sees_the_form_again_with_what_was_typed(client: Client, router: Router) -> None:
    answer = client.post(address(router), FORM | {"email": "no<body"}, headers=BROWSER)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="no&lt;body"' in page and 'value="Initech"' in page
    assert 'href="#field-email"' in page and 'id="field-email-fault"' in page


# --- origins -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [SITE, OWN])
def test_allowed_origins_may_post_and_read(client: Client, router: Router, origin: str) -> None:
    answer = post_json(client, router, headers={"Origin": origin})
    assert answer.status_code == 201
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_an_allowed_origin_can_read_its_faults(client: Client, router: Router) -> None:
    answer = post_json(client, router, {"answers": {}}, headers={"Origin": SITE})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (422, SITE)


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", SITE + ".evil.example", "http://www.acme.example", ""]
)
def test_other_origins_may_not(client: Client, router: Router, origin: str) -> None:
    for answer in (
        post_json(client, router, headers={"Origin": origin}),
        client.options(address(router), headers={"Origin": origin}),
    ):
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert Submission.objects.count() == 0


def test_a_preflight_is_answered(client: Client, router: Router) -> None:
    asked = {
        "Origin": SITE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    }
    answer = client.options(address(router), headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type, Idempotency-Key"


# --- the hosted form's ticket and honeypot -------------------------------------------------------------------


def test_the_hosted_form_comes_back_with_its_ticket(client: Client, router: Router) -> None:
    post = FORM | {"distro-ticket": ticket(router)}
    assert client.post(address(router), post, headers=BROWSER | {"Origin": OWN}).status_code == 303


@pytest.mark.parametrize("age", [0, 24 * 3600 + 5, None])
def test_a_ticket_too_young_too_old_or_missing_shows_the_form_again(
    client: Client, router: Router, age: float | None
) -> None:
    post = FORM if age is None else FORM | {"distro-ticket": ticket(router, age)}
    answer = client.post(address(router), post, headers=BROWSER | {"Origin": OWN})
    assert (answer.status_code, Submission.objects.count()) == (422, 0)
    assert 'value="Initech"' in answer.content.decode()


def test_a_ticket_is_of_one_router_and_cannot_be_changed(client: Client, router: Router) -> None:
    good = ticket(router)
    for bad in (
        ticket(make_router()),
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        "x",
        good.replace(".", ":", 1),
    ):
        answer = client.post(address(router), FORM | {"distro-ticket": bad}, headers={"Origin": OWN})
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["distro-ticket"])


def test_posts_from_elsewhere_need_no_ticket(client: Client, router: Router) -> None:
    for headers in ({}, {"Origin": SITE}):
        assert client.post(address(router), FORM, headers=headers).status_code == 201


def test_a_filled_honeypot_is_thanked_and_kept_as_spam(client: Client, router: Router) -> None:
    answer = client.post(address(router), FORM | {"distro-homepage": "http://spam.example", "email": "x\0y"})
    spam = Submission.objects.get()
    assert answer.status_code == 201
    assert set(answer.json()) == {"submission", "outcome", "booking_url", "redirect_url", "message"}
    assert (answer.json()["outcome"], answer.json()["submission"]) == ("message", str(spam.uuid))
    assert (spam.outcome, spam.prospect, spam.answers["email"]) == ("spam", None, "xy")
    page = client.post(address(router), FORM | {"distro-homepage": "x"}, headers=BROWSER | {"Origin": OWN})
    assert (page.status_code, client.get(page.headers["Location"]).status_code) == (303, 200)


# --- idempotency ---------------------------------------------------------------------------------------------


def test_the_same_key_and_body_give_the_same_answer(client: Client, router: Router) -> None:
    first = post_json(client, router, headers={"Idempotency-Key": "k-1"})
    again = post_json(client, router, headers={"Idempotency-Key": "k-1"})
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Submission.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(client: Client, router: Router) -> None:
    post_json(client, router, headers={"Idempotency-Key": "k-1"})
    other = {"answers": ANSWERS | {"company": "Other"}}
    answer = post_json(client, router, other, headers={"Idempotency-Key": "k-1"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["Idempotency-Key"])


def test_a_key_is_its_routers(client: Client, router: Router) -> None:
    for one in (router, make_router()):
        assert post_json(client, one, headers={"Idempotency-Key": "k-1"}).status_code == 201
    assert Submission.objects.count() == 2


def test_a_key_of_a_refused_body_may_be_used_again(client: Client, router: Router) -> None:
    assert post_json(client, router, {"answers": {}}, headers={"Idempotency-Key": "k"}).status_code == 422
    assert post_json(client, router, headers={"Idempotency-Key": "k"}).status_code == 201


@pytest.mark.parametrize(
    ("key", "status"), [("a" * 255, 201), ("a" * 256, 422), ("", 422), ("a b", 422), ("ä", 422)]
)
def test_a_key_is_1_to_255_visible_ascii_characters(
    client: Client, router: Router, key: str, status: int
) -> None:
    assert post_json(client, router, headers={"Idempotency-Key": key}).status_code == status


def test_a_key_whose_first_request_still_runs_is_told_to_wait(
    client: Client, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0.1)
    body = b'{"answers": {}}'
    idempotency.begin(router, "k", body)
    answer = client.post(
        address(router), body, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "still-running")
    assert IdempotencyKey.objects.count() == 1


def test_a_browser_that_repeats_a_key_goes_the_same_way(client: Client, router: Router) -> None:
    headers = BROWSER | {"Idempotency-Key": "k-1"}
    ways = {
        client.post(
            address(router),
            "email=a%40b.example&last_name=x",
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        ).headers["Location"]
        for _ in range(2)
    }
    assert len(ways) == 1
