"""`huiyi serve`: publish by a schedule, in one process with its own server."""

import asyncio
import contextlib
import multiprocessing
from collections.abc import Mapping
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import (
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
    StateType,
)
from prefect.client.schemas.schedules import CronSchedule
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType
from pydantic import ValidationError

from flows.errors import UsageError
from flows.nightly import nightly

# A run that is still going makes the next one superfluous: it would find the same sources.
ONE_AT_A_TIME = ConcurrencyLimitConfig(
    limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
)


def expect_schedule(cron: str, timezone: str) -> None:
    """Stop where the schedule cannot be understood."""
    try:
        CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        [mistake, *_] = error.errors()
        problem = mistake["msg"].removeprefix("Value error, ")
        if mistake["loc"] == ("timezone",):
            raise UsageError(
                f"--timezone {timezone}: {problem}; write its name in the time zone database, as in "
                "--timezone Asia/Shanghai"
            ) from error
        raise UsageError(
            f"--cron {cron!r}: {problem}; write minute, hour, day of the month, month and day of the "
            'week, as in --cron "0 3 * * *"'
        ) from error


def bury_unfinished(name: str) -> None:
    """Mark as crashed what a server that was killed left unfinished, so that it blocks no later run.

    To be called where the server ends with this process: then nobody else can be running them.
    """
    unfinished = FlowRunFilterStateType(
        any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    )
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=unfinished)),
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[name])),
        )
        for run in runs:
            message = "the server that ran it was killed; the releases are as they were before"
            client.set_flow_run_state(run.id, Crashed(message=message))


class _Runner(Runner):
    """A runner that SIGTERM, as of a service that is stopped, ends in order as Ctrl-C does."""

    async def start(self, *arguments: Any, **options: Any) -> None:
        """Run until told to stop."""
        self._serving = asyncio.current_task()
        await super().start(*arguments, **options)

    async def __aexit__(self, *exc_info: Any) -> None:
        """Stop as the parent does, but for runs that are going: told so, they crash and release nothing."""
        for run in multiprocessing.active_children():
            run.terminate()
        await super().__aexit__(*exc_info)

    def handle_sigterm(self, *_: Any, **__: Any) -> None:
        """Cancel what the event loop runs, where Prefect's own way would leave it in mid-air."""
        if self._serving:
            self._serving.get_loop().call_soon_threadsafe(self._serving.cancel)


def serve(name: str, cron: str, timezone: str, parameters: Mapping[str, Any]) -> None:
    """Run `nightly` by the schedule until told to stop; the schedule is paused while nobody serves."""
    # No limit of this process: a second run would wait for the first, instead of being cancelled.
    runner = _Runner(name=name, limit=None)
    runner.add_flow(
        nightly,
        name=name,
        schedule=Cron(cron, timezone=timezone),
        parameters=dict(parameters),
        concurrency_limit=ONE_AT_A_TIME,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(runner.start())
