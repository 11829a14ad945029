"""The journal's exports."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("listing", sa.String(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("videos", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("drafts", sa.Integer(), nullable=False),
        sa.Column("staff_only", sa.Integer(), nullable=False),
        sa.Column("untold", sa.Integer(), nullable=False),
        sa.Column("undecodable", sa.Integer(), nullable=False),
        sa.Column("others", sa.Integer(), nullable=False),
        sa.Column("pdfs", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kept_until", sa.BigInteger(), nullable=True),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.Column("gone_why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("number", name=op.f("uq_imports_number")),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imports_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_token"), ["token"], unique=False)

    op.create_table(
        "journal_pictures",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_journal_pictures")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "imported_pictures",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("publication", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest"], ["journal_pictures.digest"], name=op.f("fk_imported_pictures_digest_journal_pictures")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_imported_pictures_import_id_imports")),
        sa.PrimaryKeyConstraint("import_id", "digest", name=op.f("pk_imported_pictures")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("imported_pictures", schema=None) as batch_op:
        batch_op.create_index("ix_imported_pictures_digest", ["digest"], unique=False)

    op.create_table(
        "import_answers",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["devices.id"], name=op.f("fk_import_answers_device_devices")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_answers_import_id_imports")),
        sa.PrimaryKeyConstraint("import_id", "device", name=op.f("pk_import_answers")),
    )


def downgrade() -> None:
    """Nothing goes back: the copy that was made before is the way back."""
