"""How SQLite goes about a question to the journal."""

from collections.abc import Callable

from kiosk.journal import JournalReader


def plan_of(journal: JournalReader, ask: Callable[[], object]) -> str:
    """The query plan of the one statement that `ask` makes the journal run, a line for each step."""
    statements: list[str] = []
    journal._connection.set_trace_callback(statements.append)
    ask()
    journal._connection.set_trace_callback(None)
    (statement,) = statements
    return "\n".join(row["detail"] for row in journal._connection.execute(f"EXPLAIN QUERY PLAN {statement}"))
