"""`huiyi serve`: publish by a schedule, in one process with its own server."""

from collections.abc import Mapping
from typing import Any

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType
from pydantic import ValidationError

from flows.errors import StopError
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
        problem = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise StopError(
            f"--cron {cron!r} --timezone {timezone}: {problem}; write minute, hour, day of the month, "
            'month and day of the week, as in --cron "0 3 * * *" --timezone Asia/Shanghai'
        ) from error


def serve(name: str, cron: str, timezone: str, parameters: Mapping[str, Any]) -> None:
    """Run `nightly` by the schedule until told to stop; the schedule is paused while nobody serves."""
    nightly.serve(
        name=name,
        schedule=Cron(cron, timezone=timezone),
        parameters=dict(parameters),
        global_limit=ONE_AT_A_TIME,
        limit=None,  # or a second run would wait for the first, instead of being cancelled
        entrypoint_type=EntrypointType.MODULE_PATH,
        print_starting_message=False,
    )
