"""Which photo each picture of the journal was found to be, across all tablets."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Change the tables. What tablets found before, they tell again with the next export."""
    op.create_table(
        "picture_claims",
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("photo", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_picture_claims_device_devices")),
        sa.PrimaryKeyConstraint("picture", name=op.f("pk_picture_claims")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "picture_disputes",
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_picture_disputes_device_devices")),
        sa.ForeignKeyConstraint(["first"], ["devices.id"], name=op.f("fk_picture_disputes_first_devices")),
        sa.ForeignKeyConstraint(
            ["picture"], ["picture_claims.picture"], name=op.f("fk_picture_disputes_picture_picture_claims")
        ),
        sa.PrimaryKeyConstraint("picture", "device", name=op.f("pk_picture_disputes")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Nothing goes back: the copy that was made before is the way back."""
