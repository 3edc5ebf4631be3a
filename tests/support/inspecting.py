"""What an officer states at the end of a step: a finding on each point of its checklist."""

from datetime import datetime, timedelta
from typing import Any

from services.review.desk.step_content import checklist, is_demanded
from shared.case import Case, Rules
from shared.case.next.position import stage_of
from shared.clock import local_day


def found_for(case: Case, step: str, outcome: str, rules: Rules, now: datetime) -> dict[str, Any]:
    """Fields of `CompleteStep` that lead to the outcome, where the item has a checklist for it.

    All points are met, or all but the first, which is put right within ten days.
    """
    stage = stage_of(case, step)
    if stage is None or not is_demanded(case, stage, rules):
        return {}
    points = [one.code for one in checklist(case, stage, rules)]
    found = {one: outcome == "passed" or place > 0 for place, one in enumerate(points)}
    by = {"rectify_by": local_day(now) + timedelta(days=10)} if outcome == "rectify" else {}
    return {"found": found, **by}
