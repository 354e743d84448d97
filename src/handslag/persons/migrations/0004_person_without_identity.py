from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("persons", "0003_move_identities")]

    operations = [
        migrations.RemoveConstraint("person", "person_once_per_party"),
        migrations.RemoveConstraint("person", "person_number_12_digits"),
        migrations.RemoveField("person", "identity_number"),
        migrations.RemoveField("person", "given_name"),
        migrations.RemoveField("person", "family_name"),
        migrations.RemoveField("person", "search_name"),
        migrations.AlterField("person", "subject", models.CharField(max_length=32, db_index=True)),
        migrations.AlterField("person", "sex", models.CharField(max_length=5)),
        migrations.AddConstraint(
            "person", models.UniqueConstraint(fields=("party", "subject"), name="person_once_per_party")
        ),
        migrations.AddConstraint(
            "person",
            models.CheckConstraint(condition=models.Q(("sex__in", ["woman", "man", ""])), name="person_sex_known"),
        ),
    ]
