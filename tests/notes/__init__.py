"""Running notes on a case: the room of docs/adding-a-room.md, added in a copy by tests/test_room_cost.py."""
