"""How sure a share is. Everybody is counted; the intervals tell what chance alone can do from year to year.

Sources: Wilson, JASA 22 (1927); Newcombe, Statistics in Medicine 17 (1998), method 10; Spiegelhalter, Statistics in
Medicine 24 (2005) for the funnel.
"""

from dataclasses import dataclass

from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

FUNNEL = (0.05, 0.002)


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval, as proportions (0 to 1) or differences between them (-1 to 1)."""

    value: float
    low: float
    high: float

    @property
    def is_certain(self) -> bool:
        """Of a difference: that the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def share(yes: int, base: int) -> Interval:
    """The share of `yes` in `base` (more than none) with its Wilson interval."""
    low, high = proportion_confint(yes, base, method="wilson")
    return Interval(yes / base, float(low), float(high))


def difference(yes: int, base: int, other_yes: int, other_base: int) -> Interval:
    """The first share less the other one, with its Newcombe interval."""
    low, high = confint_proportions_2indep(yes, base, other_yes, other_base, method="newcomb", compare="diff")
    return Interval(yes / base - other_yes / other_base, float(low), float(high))


def funnel_place(yes: int, base: int, nation: float) -> str:
    """Where a share lies among those that chance gives a base of that size when the true share is the nation's.

    One of inside, above, far_above, below, far_below (beyond the 95 and the 99.8 % limits, exact binomial).
    """
    upper, lower = float(binom.sf(yes - 1, base, nation)), float(binom.cdf(yes, base, nation))
    for tail, name in ((upper, "above"), (lower, "below")):
        if tail < FUNNEL[1] / 2:
            return f"far_{name}"
        if tail < FUNNEL[0] / 2:
            return name
    return "inside"
