"""Command ids of the system's own commands: functions of the cause, so that each runs once."""


def reaction_command_id(name: str, event_id: str) -> str:
    """`reaction:<name>:<event id>`: by the log's idempotency the reaction happens once."""
    return f"reaction:{name}:{event_id}"


def calendar_command_id(calendar: str, version: int) -> str:
    """`calendar:<version of all calendars>:<version of the stream>`: one recomputation each."""
    return f"calendar:{calendar}:{version}"


def timer_command_id(step: str, version: int) -> str:
    """`timer:<step>:<version of the event that set it>`: harmless with several workers."""
    return f"timer:{step}:{version}"
