"""Consent and law on a person's case: who is told what, what a withdrawal takes away, cases joined under consent."""
