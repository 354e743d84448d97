"""Referral (remittering) of a person to a measure, and the measure's waiting list: the case stays where it is held."""
