"""Mail that is owed: queued in the transaction of the change, written when it is sent, tried until it is through."""
