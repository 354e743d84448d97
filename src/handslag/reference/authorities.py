"""The authorities that take part: FK, AF, regions and municipalities, with the codes that files name them by."""

from collections.abc import Iterator
from dataclasses import dataclass

from handslag.reference import codes


@dataclass(frozen=True)
class Authority:
    """An authority: `FK`, `AF`, `REG-<county>` or `KOM-<municipality>`; the county is empty for the national ones."""

    code: str
    kind: str
    name: str
    county_code: str = ""


def county_name(county: codes.Code) -> str:
    """A county's bare name, such as Halland."""
    return county.label_en.removesuffix(" County")


def authorities() -> Iterator[Authority]:
    """All of them: 2 national, 21 regions, 290 municipalities."""
    yield Authority("FK", "FK", "Försäkringskassan")
    yield Authority("AF", "AF", "Arbetsförmedlingen")
    for county in codes.entries("county").values():
        yield Authority(f"REG-{county.code}", "REG", f"Region {county_name(county)}", county.code)
    for municipality in codes.entries("municipality").values():
        yield Authority(f"KOM-{municipality.code}", "KOM", municipality.label_sv, municipality.code[:2])
