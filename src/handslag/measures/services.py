"""The catalogue as open data, in the shape of the Human Services Data Specification (HSDS 3.1, Open Referral)."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid5

from handslag.foundation import clock
from handslag.measures.models import Measure
from handslag.measures.queries import labels
from handslag.reference import codes

_NAMES = UUID("6f3f5c0e-5b8e-4c7e-9a5e-0c8f6a3d2b71")
"""The space of names in which what has no public id of its own gets one (RFC 9562, version 5)."""
COLUMNS = (
    *("id", "name", "organization", "description", "status", "direction", "detail", "target_groups", "parties"),
    *("owner", "municipality_code", "municipality", "starts_on", "ends_on", "places", "languages", "accessibility"),
    *("application_process", "contact", "last_modified"),
)
"""The columns of the list as CSV."""


def _id(*names: object) -> str:
    return str(uuid5(_NAMES, "/".join(map(str, names))))


def _status(measure: Measure) -> str:
    return "active" if measure.starts_on <= clock.today() else "inactive"


def _group_labels(measure: Measure) -> list[str]:
    return [codes.label("target_group", group.target_group) for group in measure.groups.all()]


def service(measure: Measure) -> dict[str, Any]:
    """A measure as an HSDS service. Capacity is left out: free places are told to the parties alone."""
    key, place = measure.public_id, measure.municipality_code
    return {
        "id": str(key),
        "name": measure.name,
        "description": measure.description,
        "status": _status(measure),
        "application_process": measure.how_to_refer,
        "eligibility_description": ", ".join(_group_labels(measure)),
        "last_modified": measure.changed_at.isoformat(),
        "organization": {
            "id": _id("association", measure.association.name),
            "name": measure.association.name,
            "description": "Samordningsförbund (lag 2003:1210)",
        },
        "contacts": [{"id": _id(key, "contact"), "name": measure.contact}],
        "languages": [
            {"id": _id(key, code), "code": code, "name": codes.label("language", code)}
            for code in measure.languages.split(";")
            if code
        ],
        "service_areas": [
            {"id": _id(key, place), "name": codes.label("municipality", place), "extent": place, "extent_type": "text"}
        ],
        "attributes": [
            {
                "id": _id(key, name),
                "link_id": str(key),
                "link_entity": "service",
                "link_type": name,
                "value": getattr(measure, name),
            }
            for name in ("direction", "detail")
        ],
    }


def page_of_services(found: list[Measure], total: int, number: int, size: int) -> dict[str, Any]:
    """A page of services, as HSDS' API has it."""
    last = max(1, -(-total // size))
    return {
        "total_items": total,
        "total_pages": last,
        "page_number": number,
        "size": len(found),
        "first_page": number == 1,
        "last_page": number >= last,
        "empty": not found,
        "contents": [service(measure) for measure in found],
    }


def rows(measures: Iterable[Measure]) -> Iterator[tuple[object, ...]]:
    """The same as rows of `COLUMNS`, with labels in the reader's language."""
    for m in measures:
        parties = "; ".join(sorted(carrier.party.name for carrier in m.carriers.all()))
        direction, detail = codes.label("measure_direction", m.direction), codes.label("measure_detail", m.detail)
        place = codes.label("municipality", m.municipality_code)
        yield (
            *(m.public_id, m.name, m.association.name, m.description, _status(m), direction, detail),
            *("; ".join(_group_labels(m)), parties, m.owner.name, m.municipality_code, place, m.starts_on),
            *(m.ends_on or "", m.places or "", "; ".join(labels("language", m.languages)), m.accessibility),
            *(m.how_to_refer, m.contact, m.changed_at.isoformat()),
        )
