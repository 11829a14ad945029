"""Run by Alembic: on the connection that it is handed, in one transaction."""

from typing import Literal

from alembic import context

from controller.store.schema import Instant
from controller.store.tables import metadata


def plain_type(kind: str, what: object, _context: object) -> str | Literal[False]:
    """Write an instant as what it is in the table, so that a migration never depends on later code."""
    return "sa.BigInteger()" if kind == "type" and isinstance(what, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
