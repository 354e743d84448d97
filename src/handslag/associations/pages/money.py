"""Amounts as pages write and read them: whole kronor, with spaces between thousands."""

import re
from decimal import Decimal

from django import forms

from handslag.associations import rules

_SPACES = re.compile(r"[\s\u00a0\u202f]|kr$")


def kronor(amount: int | None) -> str:
    """An amount in kronor; a dash for none."""
    return f"{amount:,} kr".replace(",", "\u00a0").replace(" kr", "\u00a0kr") if amount is not None else "–"


def thousands(amount: int | None) -> str:
    """An amount in thousands of kronor, where there is little room; a dash for none."""
    return kronor(round(amount / 1000)).replace("kr", "tkr") if amount is not None else "–"


def percent(share: Decimal | None) -> str:
    """A share in per cent; a dash for none."""
    return f"{share.normalize():f}\u00a0%".replace(".", ",") if share is not None else "–"


def agreed(share: int | None) -> Decimal | None:
    """An agreed share, in per cent, out of hundredths of one."""
    return Decimal(share).scaleb(-2) if share is not None else None


class Whole(forms.IntegerField):
    """A whole number, which may be written with spaces between thousands, or with kr after it."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), **kwargs)

    def to_python(self, value: object) -> int | None:
        """The number. Raises ValidationError for anything else."""
        return super().to_python(_SPACES.sub("", str(value).strip()) if value not in self.empty_values else value)


def amount(**kwargs) -> Whole:
    """A field for an amount in whole kronor."""
    return Whole(**{"min_value": 0, "max_value": rules.MOST, **kwargs})
