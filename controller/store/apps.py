"""What the manager said about apps: the history; what holds is in the agreement."""

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, select

from controller.records import AppDecision, Decision
from controller.store.agreements import settings
from controller.store.schema import Instant, metadata

decisions = Table(
    "app_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("setting", ForeignKey(settings.c.id), nullable=False),
    Column("key", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("decision", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Instant, nullable=False),
)


class Apps:
    """The decisions on apps, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def decide(self, setting: str, decision: AppDecision) -> None:
        """Add a decision."""
        self._connection.execute(
            decisions.insert().values(
                setting=setting,
                key=decision.key,
                name=decision.name,
                decision=decision.decision.value,
                by=decision.by,
                at=decision.at,
            )
        )

    def decided(self, setting: str, most: int) -> tuple[AppDecision, ...]:
        """The decisions, the latest first."""
        query = select(decisions).where(decisions.c.setting == setting)
        rows = self._connection.execute(query.order_by(decisions.c.id.desc()).limit(most))
        return tuple(AppDecision(row.key, row.name, Decision(row.decision), row.by, row.at) for row in rows)
