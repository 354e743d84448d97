"""What each figure counts: definitions as data, with versions. Old versions still compute."""
