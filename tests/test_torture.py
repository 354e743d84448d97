"""A short turn of `make torture`: nothing that was answered for is lost when processes and databases are killed."""

import pytest
from django.db import connection

from tests.clusters import THERE, Cluster, clusters, free_port
from tests.torture import is_clean, kills, promotion

POSTGRESQL = connection.vendor == "postgresql"
only_sqlite = pytest.mark.skipif(POSTGRESQL, reason="once is enough")
only_with_binaries = pytest.mark.skipif(not (POSTGRESQL and THERE), reason="PostgreSQL's programs are not here")


@only_sqlite
def test_nothing_is_lost_on_sqlite(tmp_path):
    found = kills(tmp_path / "home", 5)
    assert is_clean(found), found


@only_with_binaries
def test_nothing_is_lost_on_postgresql_nor_when_a_standby_takes_over(tmp_path):
    with clusters(tmp_path / "clusters") as place:
        one, other = (Cluster(place / name, free_port()) for name in ("killed", "primary"))
        one.make()
        found = kills(tmp_path / "home", 5, one)
        one.crash()
        assert is_clean(found), found
        other.make()
        found = promotion(tmp_path / "promotion", other, 15)
        assert is_clean(found), found
