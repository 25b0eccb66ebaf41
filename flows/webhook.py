"""Telling the outside of a run that failed: a POST of JSON to the address in HUIYI_WEBHOOK."""

import os
from typing import Any

import httpx
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging import get_logger

_SECONDS = 10.0
_ATTEMPTS = 3


def tell_webhook(flow: Any, flow_run: FlowRun, state: State[Any]) -> None:
    """Post what went wrong, if HUIYI_WEBHOOK is set; a hook of the flow's end.

    An address that does not answer costs the run nothing: the log tells of it.
    """
    address = os.environ.get("HUIYI_WEBHOOK")
    if not address:
        return
    news = {
        "flow": flow.name,
        "run": flow_run.name,
        "run_id": str(flow_run.id),
        "state": state.name,
        "message": state.message,
        "parameters": flow_run.parameters,
    }
    transport = httpx.HTTPTransport(retries=_ATTEMPTS)
    try:
        with httpx.Client(transport=transport, timeout=_SECONDS) as client:
            client.post(address, json=news).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        get_logger("webhook").warning("HUIYI_WEBHOOK (%s) could not be told: %s", address, error)
