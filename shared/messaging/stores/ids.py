"""Command ids of what the system does by itself: functions of the cause, so it happens once."""


def reaction_command_id(name: str, event_id: str) -> str:
    """`reaction:<name>:<event id>`: the ordinary idempotency of the log makes it happen once."""
    return f"reaction:{name}:{event_id}"


def calendar_command_id(calendar: str, version: int) -> str:
    """`calendar:<version of all calendars>:<version of the stream>`: once for what was found."""
    return f"calendar:{calendar}:{version}"


def timer_command_id(step: str, version: int) -> str:
    """`timer:<step>:<version of the event that set it>`: several workers are harmless."""
    return f"timer:{step}:{version}"
