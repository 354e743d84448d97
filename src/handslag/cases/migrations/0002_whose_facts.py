import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Whose fact a livelihood is, cases that are joined, and content that was removed (columns; content in 0003)."""

    dependencies = [("cases", "0001_initial"), ("parties", "0001_initial"), ("persons", "0004_person_without_identity")]

    operations = [
        migrations.AddField(
            "case",
            "livelihood_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.party"
            ),
        ),
        migrations.AddField(
            "pastlivelihood",
            "by_party",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.party"
            ),
        ),
        migrations.AddField(
            "case",
            "joined_to",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="joined", to="cases.case"
            ),
        ),
        migrations.AddField("case", "content_removed_on", models.DateField(null=True)),
    ]
