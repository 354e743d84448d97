import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The journal becomes a chain: new tables first, content in 0003."""

    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.RemoveIndex("entry", "journal_entry_subject"),
        migrations.RemoveConstraint("entry", "journal_entry_says_who_did_what"),
        migrations.RenameModel("Entry", "Unsealed"),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.CharField(max_length=27)),
                ("actor", models.CharField(max_length=254)),
                ("acting_for", models.CharField(blank=True, max_length=254)),
                ("verb", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=40)),
                ("subject_id", models.BigIntegerField()),
                ("basis", models.CharField(blank=True, max_length=500)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("details", models.TextField(default="{}")),
                ("seal", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["subject", "subject_id", "id"], name="journal_entry_subject")],
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(actor="") & ~models.Q(verb=""), name="journal_entry_says_who_did_what"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.BigIntegerField()),
                ("seal", models.CharField(max_length=64)),
                ("tag", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Shown",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_id", models.BigIntegerField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shown", to="journal.entry"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["case_id", "entry"], name="journal_shown_case")]},
        ),
    ]
