"""Making a publication of a report, all of it or nothing, and telling it again after its manifest."""
