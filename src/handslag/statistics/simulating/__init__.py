"""Synthetic microdata whose national figures are those that were published, with plausible lives behind."""
