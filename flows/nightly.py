"""The flow that schedules start: `publish`, with its outcome said so that a person understands it.

Its parameters are plain values, as Prefect's pages, `prefect.yaml` and its API know them.
"""

from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.utilities.timeout import timeout

from flows.errors import StopError
from flows.fetch import place_of
from flows.lots import Crew
from flows.publish import Order, publish
from flows.upload import mirrored
from flows.watch import outcome
from flows.webhook import tell_webhook
from transforms.lexicon import LexiconError


@flow(name="nightly", on_failure=[tell_webhook], on_crashed=[tell_webhook])
def nightly(
    sources: list[str],
    output: str,
    lexicons: str,
    corrections: str,
    guards: str,
    timeout_seconds: float | None = None,
    workers: int = 1,
    dask: str | None = None,
) -> State[None]:
    """Publish the sources if anything has changed; the state's message says what came of it.

    Bad data, a guard or a disk that is full ends in `Failed` with the words that `huiyi publish` would
    print; so does a run that takes longer than `timeout_seconds`, which releases nothing.
    """
    try:
        folder, store = mirrored(output)
        order = Order(
            sources=(*map(place_of, sources),),
            output=folder,
            lexicons=Path(lexicons),
            corrections=Path(corrections),
            guards=Path(guards),
            store=store,
            crew=Crew(workers, dask),
        )
        with timeout(timeout_seconds):
            # Within this run, not as one of its own: there is one state to look at.
            summary, published = publish.fn(order)
    except (StopError, LexiconError) as stop:
        return Failed(message=str(stop))
    except TimeoutError:
        message = (
            f"not done after {timeout_seconds:,.0f} seconds (timeout_seconds): stopped, nothing "
            "was released; allow it more time, or look at the run's record for what was slow"
        )
        return Failed(name="TimedOut", message=message)
    return Completed(message=f"{outcome(published)}; {len(summary.rejects):,} rejected sources")
