"""The sync log: what Salesforce must hear of, how it went, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from crm_sync import actions as run_actions
from crm_sync.admin.cells import RUN_TONES, STEP_TONES, record_link
from crm_sync.models import RunState, SyncRun, SyncStep
from distro.admin_cells import (
    OpeningFilter,
    admin_address,
    definition_list,
    link,
    moment_cell,
    named,
    pill_cell,
)
from distro.members import place_of
from distro.tenancy import CONFIGURERS, NOBODY, ReadOnlyAdmin, TenantInline

WRONG = "What is wrong"
STEP_COLUMNS = ("attempt", "when", "what", "record", "state_pill", "sent", "answer")


def _in_state(state: str) -> Callable[[QuerySet[Any]], QuerySet[Any]]:
    return lambda rows: rows.filter(state=state)


class RunStateFilter(OpeningFilter):
    title = "state"
    parameter_name = "state"
    choices_of = {
        "needs_you": (
            "Needs somebody",
            lambda rows: rows.filter(state__in=[RunState.NEEDS_PERSON, RunState.NEEDS_RECONNECTING]),
        ),
        "all": ("All", lambda rows: rows),
        **{state.value: (state.label, _in_state(state.value)) for state in RunState},
    }


class SyncStepInline(TenantInline):
    model = SyncStep
    editors = NOBODY
    fields = STEP_COLUMNS
    readonly_fields = STEP_COLUMNS
    verbose_name_plural = "Steps, as meant and as they went"
    when = moment_cell("at", "At")
    state_pill = pill_cell("state", "State", STEP_TONES)

    @named("Step")
    def what(self, step: SyncStep) -> str:
        return f"{step.action} {step.object}"

    @named("Record")
    def record(self, step: SyncStep) -> str:
        # The page's own run and its workspace are fetched once, whatever the number of steps.
        return record_link(getattr(step.run.workspace, "salesforce", None), "", step.record_id)

    @named("Fields")
    def sent(self, step: SyncStep) -> str:
        return definition_list(step.fields)

    @named("Salesforce said")
    def answer(self, step: SyncStep) -> str:
        took = f" ({step.milliseconds} ms)" if step.milliseconds is not None else ""
        return f"{step.code} {step.message}{took}".strip() or "–"


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    change_form_template = "admin/crm_sync/syncrun/change_form.html"
    inlines = [SyncStepInline]
    list_display = ["what", "person", "state_pill", "error", "changed"]
    list_filter = [RunStateFilter, "kind"]
    list_select_related = ["prospect", "meeting", "submission__prospect"]
    search_fields = ["prospect__email__startswith", "error_code__exact"]
    fieldsets = [
        (None, {"fields": ["what", "person", "state_pill", "due", "attempts"]}),
        (WRONG, {"fields": ["error_message", "error_remedy", "error_code"]}),
        ("Worth knowing", {"fields": ["remarks", "not_written"]}),
    ]
    readonly_fields = ["what", "person", "state_pill", "due", "remarks", "not_written"]
    actions = ["retry", "ignore"]
    list_title = "Sync log"
    empty_text = "Nothing was sent to Salesforce yet. Runs appear with the first submission after connecting."
    state_pill = pill_cell("state", "State", RUN_TONES)
    due = moment_cell("due_at", "Due")
    changed = moment_cell("changed_at", "Changed")

    def get_fieldsets(self, request: HttpRequest, obj: SyncRun | None = None) -> Any:
        """Nothing is wrong with a run that is done and tells of no error."""
        well = obj is not None and obj.state == RunState.DONE and not obj.error_message
        every = super().get_fieldsets(request, obj)
        return [one for one in every if not (well and one[0] == WRONG)]

    @named("What", "kind")
    def what(self, run: SyncRun) -> str:
        return f"{run.get_kind_display()}: {run.meeting.title}" if run.meeting else run.get_kind_display()

    @named("Prospect", "prospect__email")
    def person(self, run: SyncRun) -> str:
        return link(admin_address(run.meeting or run.submission or run.prospect), run.prospect.email)

    @named("What is wrong", "error_message")
    def error(self, run: SyncRun) -> str:
        return (
            format_html("{} <em>{}</em>", run.error_message, run.error_remedy) if run.error_message else "–"
        )

    @named("Notes")
    def remarks(self, run: SyncRun) -> str:
        return _lines(run.notes)

    @named("Left out")
    def not_written(self, run: SyncRun) -> str:
        return _lines(run.left_out)

    def has_mend_permission(self, request: HttpRequest) -> bool:
        return place_of(request).role in CONFIGURERS

    @admin.action(description="Retry the selected", permissions=["mend"])
    def retry(self, request: HttpRequest, queryset: QuerySet[SyncRun]) -> None:
        self._mend(request, queryset, run_actions.retry, "will be tried again at once")

    @admin.action(description="Ignore the selected", permissions=["mend"])
    def ignore(self, request: HttpRequest, queryset: QuerySet[SyncRun]) -> None:
        self._mend(request, queryset, run_actions.ignore, "will not be tried again")

    def _mend(
        self, request: HttpRequest, runs: QuerySet[SyncRun], act: Callable[[SyncRun], Any], done: str
    ) -> None:
        count = 0
        for run in runs:
            try:
                act(run)
            except run_actions.Refused as refusal:
                self.message_user(request, f"{run}: {refusal}", "WARNING")
            else:
                count += 1
        if count:
            self.message_user(request, f"{count} {'run' if count == 1 else 'runs'} {done}.", "SUCCESS")

    def get_urls(self) -> list[Any]:
        one = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"sync_{name}",
            )
            for name, view in (("retry", self.retry_view), ("ignore", self.ignore_view))
        ]
        return [*one, *super().get_urls()]

    def retry_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._mend_one(request, object_id, self.retry)

    def ignore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._mend_one(request, object_id, self.ignore)

    def _mend_one(self, request: HttpRequest, object_id: str, act: Any) -> HttpResponse:
        if not self.has_mend_permission(request):
            raise PermissionDenied
        run = self.get_object(request, unquote(object_id))
        if run is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        act(request, self.get_queryset(request).filter(pk=run.pk))
        return HttpResponseRedirect(reverse("admin:crm_sync_syncrun_change", args=[run.pk]))


def _lines(texts: list[str]) -> str:
    shown = format_html_join("", "<li>{}</li>", ((text,) for text in texts))
    return format_html("<ul>{}</ul>", shown) if texts else "–"
