"""the spine

Revision: 0001, after nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "challenge",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("digits", sa.String(length=8), nullable=False),
        sa.Column("sum_answer", sa.String(length=8), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_challenge")),
    )
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_challenge_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_role", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("from_state", sa.String(length=32), nullable=True),
        sa.Column("to_state", sa.String(length=32), nullable=True),
        sa.Column("reply", sa.String(length=2000), nullable=True),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=True),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_action"), ["action"], unique=False)
        batch_op.create_index("ix_event_city_office", ["city_office_id", "id"], unique=False)
        batch_op.create_index("ix_event_office", ["office_id", "id"], unique=False)
        batch_op.create_index("ix_event_region_office", ["region_office_id", "id"], unique=False)
        batch_op.create_index("ix_event_subject", ["subject_type", "subject_id", "id"], unique=False)

    op.create_table(
        "event_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("last_seal", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_head")),
    )
    op.create_table(
        "failed_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_attempt")),
    )
    with op.batch_alter_table("failed_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_failed_attempt_at"), ["at"], unique=False)
        batch_op.create_index("ix_failed_attempt_subject", ["kind", "subject", "at"], unique=False)

    op.create_table(
        "holder",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_digest", sa.LargeBinary(), nullable=False),
        sa.Column("id_kind", sa.String(length=32), nullable=False),
        sa.Column("mobile", sa.LargeBinary(), nullable=False),
        sa.Column("mobile_digest", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("security_question", sa.String(length=100), nullable=False),
        sa.Column("security_answer_hash", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_signed_in_at", sa.DateTime(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "id_kind IN ('resident', 'hmt_residence', 'foreign_permanent', 'hk_macau_permit', 'taiwan_permit', 'passport', 'foreign_passport')",
            name=op.f("ck_holder_id_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder")),
        sa.UniqueConstraint("email", name=op.f("uq_holder_email")),
        sa.UniqueConstraint("id_digest", name=op.f("uq_holder_id_digest")),
        sa.UniqueConstraint("mobile_digest", name=op.f("uq_holder_mobile_digest")),
    )
    op.create_table(
        "lookup_count",
        sa.Column("certificate_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_lookup_count")),
    )
    op.create_table(
        "obtained_by_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=50), nullable=False),
        sa.Column("obtained_by", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "obtained_by IN ('probation', 'review', 'replacement', 'reconfirmation')",
            name=op.f("ck_obtained_by_reading_obtained_by"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obtained_by_reading")),
        sa.UniqueConstraint("word", name=op.f("uq_obtained_by_reading_word")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("title_series", sa.JSON(), nullable=False),
        sa.Column("phone", sa.String(length=50), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('region', 'city', 'county', 'series')", name=op.f("ck_office_kind")),
        sa.ForeignKeyConstraint(["parent_id"], ["office.id"], name=op.f("fk_office_parent_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("name", name=op.f("uq_office_name")),
    )
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_office_city_office_id"), ["city_office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_office_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_office_region_code"), ["region_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_office_region_office_id"), ["region_office_id"], unique=False)

    op.create_table(
        "title_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guangxi_series", sa.String(length=100), nullable=False),
        sa.Column("series", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("track", sa.String(length=100), nullable=False),
        sa.Column("era", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_title_entry")),
        sa.UniqueConstraint("guangxi_series", "level", "title", name=op.f("uq_title_entry_guangxi_series_level_title")),
    )
    op.create_table(
        "awarding_body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("initials", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_awarding_body_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awarding_body")),
        sa.UniqueConstraint("name", name=op.f("uq_awarding_body_name")),
    )
    with op.batch_alter_table("awarding_body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awarding_body_initials"), ["initials"], unique=False)
        batch_op.create_index(batch_op.f("ix_awarding_body_office_id"), ["office_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("committed_at", sa.DateTime(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("attention", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('reading', 'unmapped', 'checked', 'committed', 'abandoned')", name=op.f("ck_import_batch_state")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_import_batch_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index("ix_import_batch_office_newest", ["office_id", "id"], unique=False)

    op.create_table(
        "mailed_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_mailed_link_holder_id_holder")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_link")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_mailed_link_fingerprint")),
    )
    with op.batch_alter_table("mailed_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailed_link_holder_id"), ["holder_id"], unique=False)

    op.create_table(
        "reply_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_reply_text_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_text")),
    )
    op.create_table(
        "staff_user",
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("display_name", sa.String(length=50), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_signed_in_at", sa.DateTime(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "role IN ('public', 'holder', 'default_account', 'staff', 'admin')", name=op.f("ck_staff_user_role")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_staff_user_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_user")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_user_username")),
    )
    with op.batch_alter_table("staff_user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_user_office_id"), ["office_id"], unique=False)

    op.create_table(
        "awarding_body_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["awarding_body.id"], name=op.f("fk_awarding_body_alias_body_id_awarding_body")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awarding_body_alias")),
        sa.UniqueConstraint("alias", name=op.f("uq_awarding_body_alias_alias")),
    )
    with op.batch_alter_table("awarding_body_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awarding_body_alias_body_id"), ["body_id"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_digest", sa.LargeBinary(), nullable=False),
        sa.Column("id_kind", sa.String(length=32), nullable=False),
        sa.Column("manage_no", sa.String(length=200), nullable=True),
        sa.Column("review_body", sa.String(length=200), nullable=True),
        sa.Column("approval_doc_no", sa.String(length=200), nullable=True),
        sa.Column("cert_status", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("batch_sheet", sa.String(length=100), nullable=True),
        sa.Column("batch_row", sa.Integer(), nullable=True),
        sa.Column("verified_at", sa.DateTime(), nullable=True),
        sa.Column("verify_code", sa.String(length=16), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("cert_no", sa.String(length=50), nullable=True),
        sa.Column("title_series", sa.String(length=200), nullable=True),
        sa.Column("title_level", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("specialty", sa.String(length=200), nullable=True),
        sa.Column("awarding_body", sa.String(length=200), nullable=True),
        sa.Column("awarded_on", sa.String(length=10), nullable=True),
        sa.Column("issued_on", sa.String(length=10), nullable=True),
        sa.Column("obtained_by", sa.String(length=32), nullable=True),
        sa.Column("sex", sa.String(length=32), nullable=True),
        sa.Column("personal_status", sa.String(length=200), nullable=True),
        sa.Column("employer_name", sa.String(length=200), nullable=True),
        sa.Column("employer_kind", sa.String(length=200), nullable=True),
        sa.Column("body_key", sa.String(length=210), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "cert_status IN ('normal', 'void_pending', 'void')", name=op.f("ck_certificate_cert_status")
        ),
        sa.CheckConstraint(
            "id_kind IN ('resident', 'hmt_residence', 'foreign_permanent', 'hk_macau_permit', 'taiwan_permit', 'passport', 'foreign_passport')",
            name=op.f("ck_certificate_id_kind"),
        ),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verify_code IS NULL)", name=op.f("ck_certificate_verified_has_code")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_certificate_batch_id_import_batch")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_certificate_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("cert_no", "body_key", name=op.f("uq_certificate_cert_no_body_key")),
        sa.UniqueConstraint("verify_code", name=op.f("uq_certificate_verify_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_certificate_city_newest", ["city_office_id", "id"], unique=False)
        batch_op.create_index("ix_certificate_id_digest", ["id_digest"], unique=False)
        batch_op.create_index("ix_certificate_name", ["name"], unique=False)
        batch_op.create_index("ix_certificate_office_newest", ["office_id", "id"], unique=False)
        batch_op.create_index("ix_certificate_region_newest", ["region_office_id", "id"], unique=False)

    op.create_table(
        "staged_row",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('new', 'same', 'conflict', 'likely_duplicate', 'repeated', 'wrong', 'in_stock')",
            name=op.f("ck_staged_row_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_staged_row_batch_id_import_batch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_staged_row")),
    )
    with op.batch_alter_table("staged_row", schema=None) as batch_op:
        batch_op.create_index("ix_staged_row_outcome", ["batch_id", "outcome", "position"], unique=False)

    op.create_table(
        "verification_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("former_name", sa.String(length=50), nullable=True),
        sa.Column("submitted", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("correction", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reply", sa.String(length=1000), nullable=True),
        sa.Column("hint", sa.String(length=500), nullable=True),
        sa.Column("pooled", sa.Boolean(), nullable=False),
        sa.Column("touched_by_office", sa.Boolean(), nullable=False),
        sa.Column("undo", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("cert_no", sa.String(length=50), nullable=True),
        sa.Column("title_series", sa.String(length=200), nullable=True),
        sa.Column("title_level", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("specialty", sa.String(length=200), nullable=True),
        sa.Column("awarding_body", sa.String(length=200), nullable=True),
        sa.Column("awarded_on", sa.String(length=10), nullable=True),
        sa.Column("issued_on", sa.String(length=10), nullable=True),
        sa.Column("obtained_by", sa.String(length=32), nullable=True),
        sa.Column("sex", sa.String(length=32), nullable=True),
        sa.Column("personal_status", sa.String(length=200), nullable=True),
        sa.Column("employer_name", sa.String(length=200), nullable=True),
        sa.Column("employer_kind", sa.String(length=200), nullable=True),
        sa.Column("body_key", sa.String(length=210), nullable=True),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state = 'draft' OR office_id IS NOT NULL", name=op.f("ck_verification_case_sent_has_office")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation', 'approved', 'auto_approved', 'rejected', 'counterfeit')",
            name=op.f("ck_verification_case_state"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_verification_case_certificate_id_certificate"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_verification_case_holder_id_holder")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_verification_case_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_case")),
    )
    with op.batch_alter_table("verification_case", schema=None) as batch_op:
        batch_op.create_index("ix_case_cert_no", ["cert_no"], unique=False)
        batch_op.create_index("ix_case_city_queue", ["city_office_id", "state", "submitted_at", "id"], unique=False)
        batch_op.create_index("ix_case_office_queue", ["office_id", "state", "submitted_at", "id"], unique=False)
        batch_op.create_index("ix_case_region_queue", ["region_office_id", "state", "submitted_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_verification_case_certificate_id"), ["certificate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_verification_case_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(
            "uq_case_open_certificate",
            ["certificate_id"],
            unique=True,
            sqlite_where=sa.text(
                "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
            ),
            postgresql_where=sa.text(
                "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
            ),
        )
        batch_op.create_index(
            "uq_case_open_number",
            ["holder_id", "cert_no", "body_key"],
            unique=True,
            sqlite_where=sa.text(
                "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
            ),
            postgresql_where=sa.text(
                "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
            ),
        )

    op.create_table(
        "case_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("submitted", sa.Boolean(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('number_page', 'content_page', 'approval_one', 'approval_two')", name=op.f("ck_case_photo_kind")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["verification_case.id"], name=op.f("fk_case_photo_case_id_verification_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_photo")),
        sa.UniqueConstraint("key", name=op.f("uq_case_photo_key")),
    )
    with op.batch_alter_table("case_photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_photo_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_photo_sha256"), ["sha256"], unique=False)
        batch_op.create_index(
            "uq_case_photo_current",
            ["case_id", "kind"],
            unique=True,
            sqlite_where=sa.text("NOT superseded"),
            postgresql_where=sa.text("NOT superseded"),
        )

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["verification_case.id"], name=op.f("fk_message_case_id_verification_case")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_message_holder_id_holder")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_inbox", ["holder_id", "read_at", "id"], unique=False)

    op.create_table(
        "problem_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_digest", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("evidence", sa.String(length=2000), nullable=False),
        sa.Column("listed_by", sa.String(length=50), nullable=False),
        sa.Column("listed_at", sa.DateTime(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["verification_case.id"], name=op.f("fk_problem_person_case_id_verification_case")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_problem_person_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_person")),
    )
    with op.batch_alter_table("problem_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_problem_person_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_problem_person_id_digest"), ["id_digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_problem_person_name"), ["name"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("problem_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_problem_person_name"))
        batch_op.drop_index(batch_op.f("ix_problem_person_id_digest"))
        batch_op.drop_index(batch_op.f("ix_problem_person_case_id"))

    op.drop_table("problem_person")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_inbox")

    op.drop_table("message")
    with op.batch_alter_table("case_photo", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_case_photo_current", sqlite_where=sa.text("NOT superseded"), postgresql_where=sa.text("NOT superseded")
        )
        batch_op.drop_index(batch_op.f("ix_case_photo_sha256"))
        batch_op.drop_index(batch_op.f("ix_case_photo_case_id"))

    op.drop_table("case_photo")
    with op.batch_alter_table("verification_case", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_case_open_number",
            sqlite_where=sa.text(
                "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
            ),
            postgresql_where=sa.text(
                "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
            ),
        )
        batch_op.drop_index(
            "uq_case_open_certificate",
            sqlite_where=sa.text(
                "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
            ),
            postgresql_where=sa.text(
                "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
            ),
        )
        batch_op.drop_index(batch_op.f("ix_verification_case_holder_id"))
        batch_op.drop_index(batch_op.f("ix_verification_case_certificate_id"))
        batch_op.drop_index("ix_case_region_queue")
        batch_op.drop_index("ix_case_office_queue")
        batch_op.drop_index("ix_case_city_queue")
        batch_op.drop_index("ix_case_cert_no")

    op.drop_table("verification_case")
    with op.batch_alter_table("staged_row", schema=None) as batch_op:
        batch_op.drop_index("ix_staged_row_outcome")

    op.drop_table("staged_row")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_certificate_region_newest")
        batch_op.drop_index("ix_certificate_office_newest")
        batch_op.drop_index("ix_certificate_name")
        batch_op.drop_index("ix_certificate_id_digest")
        batch_op.drop_index("ix_certificate_city_newest")
        batch_op.drop_index(batch_op.f("ix_certificate_batch_id"))

    op.drop_table("certificate")
    with op.batch_alter_table("awarding_body_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_awarding_body_alias_body_id"))

    op.drop_table("awarding_body_alias")
    with op.batch_alter_table("staff_user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_user_office_id"))

    op.drop_table("staff_user")
    op.drop_table("reply_text")
    with op.batch_alter_table("mailed_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mailed_link_holder_id"))

    op.drop_table("mailed_link")
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_index("ix_import_batch_office_newest")

    op.drop_table("import_batch")
    with op.batch_alter_table("awarding_body", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_awarding_body_office_id"))
        batch_op.drop_index(batch_op.f("ix_awarding_body_initials"))

    op.drop_table("awarding_body")
    op.drop_table("title_entry")
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_region_office_id"))
        batch_op.drop_index(batch_op.f("ix_office_region_code"))
        batch_op.drop_index(batch_op.f("ix_office_parent_id"))
        batch_op.drop_index(batch_op.f("ix_office_city_office_id"))

    op.drop_table("office")
    op.drop_table("obtained_by_reading")
    op.drop_table("lookup_count")
    op.drop_table("holder")
    with op.batch_alter_table("failed_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_failed_attempt_subject")
        batch_op.drop_index(batch_op.f("ix_failed_attempt_at"))

    op.drop_table("failed_attempt")
    op.drop_table("event_head")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_subject")
        batch_op.drop_index("ix_event_region_office")
        batch_op.drop_index("ix_event_office")
        batch_op.drop_index("ix_event_city_office")
        batch_op.drop_index(batch_op.f("ix_event_action"))

    op.drop_table("event")
    op.execute("DROP TABLE IF EXISTS event_source")  # what revision 0030 keeps aside on its way down
    for name in ("staff_user", "employer_user"):
        op.execute(f"DROP TABLE IF EXISTS {name}_password_end")  # what revision 0032 keeps aside on its way down
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_challenge_expires_at"))

    op.drop_table("challenge")
