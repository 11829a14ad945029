"""Photos that are held, missed, asked for and counted; and deadlines of old agreements in words."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOST = 999_999
"""The largest number that a deadline's words may have."""
UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
LONGEST = 366 * 86_400
"""Seconds: what took longer is counted as so long."""
AGES = 3653 * 86_400
"""Seconds: ten years, the longest that an agreement says now."""
TABLETS = """INSERT INTO gone_tablets (device, week, many, worst)
 SELECT device, week, sum(many), max(worst) FROM gone_weeks GROUP BY device, week"""
TOTALS = """INSERT INTO gone_totals (setting, week, bucket, many, seconds, worst)
 SELECT devices.setting, one.week, one.bucket, sum(one.many), sum(one.seconds), max(one.worst)
 FROM gone_weeks AS one JOIN devices ON devices.id = one.device GROUP BY devices.setting, one.week, one.bucket"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Change the tables, then what is in them."""
    held()
    asked()
    counted()
    added_up()
    put_into_words(op.get_bind())
    count_purges(op.get_bind())


def held() -> None:
    """What is held, and what an export should have had."""
    op.create_table(
        "held_photos",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed_key", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_held_photos_device_devices")),
        sa.PrimaryKeyConstraint("device", "digest", name=op.f("pk_held_photos")),
    )
    with op.batch_alter_table("held_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_photos_sealed_key"), ["sealed_key"], unique=False)
    op.create_table(
        "missing_photos",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("back_at", sa.BigInteger(), nullable=True),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_missing_photos_device_devices")),
        sa.PrimaryKeyConstraint("device", "digest", name=op.f("pk_missing_photos")),
    )
    op.create_table(
        "recovery_keys",
        sa.Column("setting", sa.String(), nullable=False),
        sa.Column("public", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["setting"], ["settings.id"], name=op.f("fk_recovery_keys_setting_settings")),
        sa.PrimaryKeyConstraint("setting", name=op.f("pk_recovery_keys")),
    )


def asked() -> None:
    """What someone asks to keep."""
    op.create_table(
        "keeps",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_keeps_device_devices")),
        sa.PrimaryKeyConstraint("device", "digest", name=op.f("pk_keeps")),
    )
    with op.batch_alter_table("keeps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_keeps_until"), ["until"], unique=False)


def counted() -> None:
    """Counts by day and by week."""
    op.create_table(
        "waiting_days",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("heard", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_waiting_days_device_devices")),
        sa.PrimaryKeyConstraint("device", "day", name=op.f("pk_waiting_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gone_weeks",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("many", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("worst", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_gone_weeks_device_devices")),
        sa.PrimaryKeyConstraint("device", "week", "bucket", name=op.f("pk_gone_weeks")),
        sqlite_with_rowid=False,
    )


def added_up() -> None:
    """The same for a whole setting, and a tablet's weeks in one row each."""
    op.create_table(
        "waiting_totals",
        sa.Column("setting", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("tablets", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["setting"], ["settings.id"], name=op.f("fk_waiting_totals_setting_settings")),
        sa.PrimaryKeyConstraint("setting", "day", name=op.f("pk_waiting_totals")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gone_totals",
        sa.Column("setting", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("many", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("worst", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["setting"], ["settings.id"], name=op.f("fk_gone_totals_setting_settings")),
        sa.PrimaryKeyConstraint("setting", "week", "bucket", name=op.f("pk_gone_totals")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gone_tablets",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("many", sa.BigInteger(), nullable=False),
        sa.Column("worst", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_gone_tablets_device_devices")),
        sa.PrimaryKeyConstraint("device", "week", name=op.f("pk_gone_tablets")),
        sqlite_with_rowid=False,
    )


def put_into_words(connection: sa.Connection) -> None:
    """Give every version of an agreement the words of its deadline, and no purge on a mere word."""
    table = sa.table("agreements", sa.column("setting"), sa.column("version"), sa.column("terms"))
    for row in connection.execute(sa.select(table)).all():
        terms = reworded(json.loads(row.terms))
        this = (table.c.setting == row.setting, table.c.version == row.version)
        connection.execute(table.update().where(*this).values(terms=json.dumps(terms, sort_keys=True).encode()))


def reworded(terms: dict[str, Any]) -> dict[str, Any]:
    """An agreement of before, as it is written now."""
    clause = terms.get("uploaded_photos")
    if not isinstance(clause, dict):
        return terms
    if "due_within" in clause:
        clause["due"] = words(msgspec.convert(clause.pop("due_within"), timedelta))
    if "attested" in clause.get("purge_on", ()):
        clause["purge_on"] = [strength for strength in clause["purge_on"] if strength != "attested"]
    return terms


def words(span: timedelta) -> str:
    """A length of time in words that lose nothing where that is possible, and never make it shorter."""
    seconds = min(max(1, math.ceil(span.total_seconds())), AGES)
    whole = [(seconds // length, name) for name, length in UNITS if seconds % length == 0]
    fitting = [(many, name) for many, name in whole if many <= MOST and (many, name) != (1, "day")]
    rounded = [(math.ceil(seconds / length), name) for name, length in reversed(UNITS)]
    many, name = (fitting or [one for one in rounded if one[0] <= MOST])[0]
    return f"{many} {name}{'' if many == 1 else 's'}"


def count_purges(connection: sa.Connection) -> None:
    """Count the photos that are gone already."""
    purges = sa.table("purges", sa.column("device"), sa.column("at"), sa.column("taken_at"))
    counts: dict[tuple[str, int, int], list[int]] = {}
    for row in connection.execute(sa.select(purges)):
        seconds = min(max((row.at - row.taken_at) // 1_000_000, 0), LONGEST)
        bucket = 0 if seconds < 60 else 1 + int(math.log(seconds / 60, 1.1))  # noqa: PLR2004 - a minute
        count = counts.setdefault((row.device, week_of(row.at), bucket), [0, 0, 0])
        count[:] = count[0] + 1, count[1] + seconds, max(count[2], seconds)
    names = ("device", "week", "bucket", "many", "seconds", "worst")
    gone = sa.table("gone_weeks", *map(sa.column, names))
    rows = [dict(zip(names, (*key, *count), strict=True)) for key, count in counts.items()]
    if rows:
        connection.execute(gone.insert(), rows)
    connection.execute(sa.text(TABLETS))
    connection.execute(sa.text(TOTALS))


def week_of(at: int) -> int:
    """The week of a time in microseconds since 1970, in UTC: weeks begin on Mondays."""
    return ((EPOCH + timedelta(microseconds=at)).toordinal() - 1) // 7


def downgrade() -> None:
    """Nothing goes back: the copy that was made before is the way back."""
