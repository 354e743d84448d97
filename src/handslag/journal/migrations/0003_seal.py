from django.db import migrations

from handslag.journal import chain

WORDS = ("step", "reference", "next_responsible", "note")
CHUNK = 2000


def seal(apps, schema_editor):
    """Gives every entry so far its place in the chain, without the words that it held about a person."""
    unsealed, entry = apps.get_model("journal", "Unsealed"), apps.get_model("journal", "Entry")
    place, before, last = 0, chain.BEGIN, 0
    while rows := list(unsealed.objects.filter(id__gt=last).order_by("id")[:CHUNK]):
        sealed = []
        for row in rows:
            place += 1
            details = chain.canonical({name: value for name, value in row.details.items() if name not in WORDS})
            fields = {
                "id": place,
                "at": chain.instant(row.at),
                "actor": row.actor,
                "acting_for": row.acting_for,
                "verb": row.verb,
                "subject": row.subject,
                "subject_id": row.subject_id,
                "basis": "",
                "address": "",
                "details": details,
            }
            before = chain.seal_of(tuple(fields.values()), before)
            sealed.append(entry(**fields, seal=before))
        entry.objects.bulk_create(sealed)
        last = rows[-1].pk
    apps.get_model("journal", "Head").objects.create(id=1, place=place, seal=before, tag=chain.tag_of(place, before))


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_chain")]

    operations = [
        migrations.RunPython(seal, migrations.RunPython.noop, elidable=False),
        migrations.DeleteModel("Unsealed"),
    ]
