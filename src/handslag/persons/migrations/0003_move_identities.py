from django.db import migrations

from handslag.foundation import keys

CHUNK = 2000


def _sex(number: str) -> str:
    return "man" if int(number[10]) % 2 else "woman"


def move(apps, schema_editor):
    """Encrypts each person's number and moves it, with the names, to a row of its own."""
    person, identity = apps.get_model("persons", "Person"), apps.get_model("persons", "Identity")
    last = 0
    while rows := list(person.objects.filter(id__gt=last).order_by("id")[:CHUNK]):
        for row in rows:
            row.subject, row.sex = keys.blind(row.identity_number), _sex(row.identity_number)
        person.objects.bulk_update(rows, ["subject", "sex"])
        identity.objects.bulk_create(
            identity(
                person_id=row.pk,
                sealed_number=keys.encrypt(row.identity_number),
                given_name=row.given_name,
                family_name=row.family_name,
                search_name=row.search_name,
                search_initials=row.search_name[:3],
            )
            for row in rows
        )
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("persons", "0002_identity")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop, elidable=False)]
