import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Identity gets a table of its own, and a person a blind index (columns first, content in 0003)."""

    dependencies = [("persons", "0001_initial")]

    operations = [
        migrations.AddField("person", "subject", models.CharField(max_length=32, db_index=True, default="")),
        migrations.AddField("person", "sex", models.CharField(max_length=5, default="")),
        migrations.AddField("person", "start_year", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("person", "is_protected", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="ProtectedSubject",
            fields=[("subject", models.CharField(max_length=32, primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="identity",
                        serialize=False,
                        to="persons.person",
                    ),
                ),
                ("sealed_number", models.TextField()),
                ("given_name", models.CharField(max_length=60)),
                ("family_name", models.CharField(max_length=60)),
                ("search_name", models.CharField(max_length=130)),
                ("search_initials", models.CharField(max_length=3)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(sealed_number="") & ~models.Q(search_name=""), name="identity_is_whole"
                    )
                ]
            },
        ),
    ]
