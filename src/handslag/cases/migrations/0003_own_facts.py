from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def own(apps, schema_editor):
    """Until now every livelihood was noted under the party that opened the case."""
    case, past = apps.get_model("cases", "Case"), apps.get_model("cases", "PastLivelihood")
    case.objects.update(livelihood_by=F("party"))
    past.objects.update(by_party=Subquery(case.objects.filter(pk=OuterRef("case_id")).values("party_id")))


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_whose_facts")]

    operations = [migrations.RunPython(own, migrations.RunPython.noop, elidable=False)]
