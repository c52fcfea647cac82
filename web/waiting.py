"""What somebody hears who must wait before another try."""

from math import ceil

from fastapi.responses import Response

from models.refusals import Refused, TooManyTries


def retry_after(refusal: Refused) -> dict[str, str]:
    """The header that says in how many seconds another try is worth it (RFC 9110, 10.2.3)."""
    if not isinstance(refusal, TooManyTries):
        return {}
    return {"Retry-After": str(ceil(refusal.wait.total_seconds()))}


def may_wait(answer: Response, refusal: Refused) -> Response:
    """A page with a form that was refused: of somebody who must wait it is no ordinary refusal."""
    if isinstance(refusal, TooManyTries):
        answer.status_code = refusal.status
        answer.headers.update(retry_after(refusal))
    return answer
