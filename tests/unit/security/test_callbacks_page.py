"""The worked example of the page on payment callbacks is what the gateway's messages must be."""

import re
from pathlib import Path
from typing import Any

from shared.security.callbacks import sign_callback, verify_callback

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "send-a-payment-callback.md"


def test_the_example_is_what_it_says() -> None:
    text = PAGE.read_text("utf-8")
    (lines,) = re.findall(r"```text\n(.*?)```", text, flags=re.DOTALL)
    *headers, body = lines.strip().split("\n")
    given = dict(line.split(": ", 1) for line in headers)
    key = bytes.fromhex("6b" * 32)
    at = int(given["Webhook-Timestamp"])
    assert verify_callback([key], given, body.encode(), now_s=at) == "msg-0001"
    assert sign_callback(key, message_id="msg-0001", timestamp_s=at, body=body.encode()) == given
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - the page's own example
    assert names["signature"] == given["Webhook-Signature"]
    assert names["body"] == body.encode()
