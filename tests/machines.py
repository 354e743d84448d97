"""What state machines of hypothesis stand on: a world of their own, at an instant of their own, gone when they end."""

import time_machine
from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from handslag.foundation.errors import Refused
from handslag.parties.queries import viewer_of
from tests import worlds


class WorldMachine(RuleBasedStateMachine):
    """People of a world who do what they may and what they may not."""

    BEGINS = "2026-03-02T09:00:00+01:00"

    def __init__(self):
        super().__init__()
        self.traveller = time_machine.travel(self.BEGINS, tick=False)
        self.time = self.traveller.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = worlds.build()

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.traveller.stop()

    def viewer(self, who):
        return viewer_of(self.world.posts[who].user)

    def tried(self, act, *, may):
        """Takes an action that the model says may be taken, or must be refused."""
        try:
            with transaction.atomic():
                done = act()
        except Refused:
            assert not may
            return None
        assert may
        return done
