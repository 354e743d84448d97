"""The national analyst's reports: made beside requests, attacked, released, compared and published. Counts only."""
