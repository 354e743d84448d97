"""Persons as each party knows them: identity numbers encrypted, protected persons without any identity."""
