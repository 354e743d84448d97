"""The record of a publication for data portals: DCAT-AP-SE 3 (DIGG) as JSON-LD, each table a dataset of a series.

It is read from the publication's own files alone. Codes are those of the EU's authority tables (Publications Office).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handslag.statistics.errors import BadInput

RECORD = "dcat.jsonld"
AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA = "https://www.iana.org/assignments/media-types"
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
LANGUAGES = {"sv": "SWE", "en": "ENG"}
FORMS = {".csv": ("CSV", "text/csv"), ".json": ("JSON", "application/json"), ".px": ("TXT", "text/plain")}
"""Of each form of a table the EU's file type and the media type. For .px there is none: it is text."""
JSON_STAT = "https://json-stat.org/full/"
PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
KEYWORDS = {
    "sv": ["rehabilitering", "sjukskrivning", "samverkan", "Finsam"],
    "en": ["rehabilitation", "sick leave", "cooperation"],
}
Node = dict[str, Any]
"""A node of JSON-LD: its properties, each a value, another node, or several of these."""


@dataclass(frozen=True)
class Published:
    """Where a publication is to be found, who publishes it, and who answers questions about it."""

    address: str
    """With which the address of each file begins."""
    publisher: str
    publisher_address: str
    contact: str
    email: str


@dataclass(frozen=True)
class _Told:
    """What a publication's manifest and tables say of it."""

    folder: Path
    manifest: dict[str, Any]
    title: dict[str, str]
    tables: dict[str, dict[str, dict[str, Any]]]
    """Of each table's name the JSON-stat dataset by language."""


def _read(folder: Path) -> _Told:
    """Raises BadInput for a folder that is no publication."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        tables: dict[str, dict[str, dict[str, Any]]] = {}
        for language in manifest["languages"]:
            for path in sorted((folder / language / "tables").glob("*.json")):
                told = json.loads(path.read_text(encoding="utf-8"))
                tables.setdefault(path.stem, {})[language] = told
        return _Told(folder, manifest, {key: manifest["title"][key] for key in manifest["languages"]}, tables)
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(f"{folder} is no publication of a report ({error}).") from None


def _id(address: str) -> Node:
    return {"@id": address}


def _authority(table: str, code: str) -> Node:
    return _id(f"{AUTHORITY}/{table}/{code}")


def _words(by_language: dict[str, str]) -> list[Node]:
    return [{"@language": language, "@value": text} for language, text in by_language.items()]


def _typed(value: str, kind: str) -> Node:
    return {"@type": f"xsd:{kind}", "@value": value}


def _shared(told: _Told, where: Published) -> Node:
    """What is the same of every table, and of the series."""
    year = told.manifest["year"]
    languages = told.manifest["languages"]
    return {
        "dct:publisher": _id(where.publisher_address),
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": where.contact,
            "vcard:hasEmail": _id(f"mailto:{where.email}"),
        },
        "dcat:theme": [_authority("data-theme", "SOCI"), _authority("data-theme", "HEAL")],
        "dcat:keyword": [{"@language": key, "@value": word} for key in languages for word in KEYWORDS[key]],
        "dct:accessRights": _authority("access-right", "PUBLIC"),
        "dct:accrualPeriodicity": _authority("frequency", "ANNUAL"),
        "dct:language": [_authority("language", LANGUAGES[key]) for key in languages],
        "dct:spatial": _authority("country", "SWE"),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(f"{year - 1}-01-01", "date"),
            "dcat:endDate": _typed(f"{year}-12-31", "date"),
        },
        "dct:modified": _typed(told.manifest["data_day"], "date"),
    }


def _distributions(told: _Told, name: str, where: Published) -> Iterator[Node]:
    for language, table in told.tables[name].items():
        for ending, (kind, media) in FORMS.items():
            path = told.folder / language / "tables" / f"{name}{ending}"
            address = f"{where.address}{path.relative_to(told.folder).as_posix()}"
            node = {
                "@id": address,
                "@type": "dcat:Distribution",
                "dct:title": _words({language: f"{table['label']} ({ending[1:]})"}),
                "dcat:accessURL": _id(address),
                "dcat:downloadURL": _id(address),
                "dct:format": _authority("file-type", kind),
                "dcat:mediaType": _id(f"{MEDIA}/{media}"),
                "dcat:byteSize": _typed(str(path.stat().st_size), "nonNegativeInteger"),
                "dct:language": _authority("language", LANGUAGES[language]),
                "dct:license": _id(CC0),
                "dcatap:availability": _authority("planned-availability", "STABLE"),
            }
            yield node | ({"dct:conformsTo": _id(JSON_STAT)} if ending == ".json" else {})


def _dataset(told: _Told, name: str, where: Published) -> Node:
    tables = told.tables[name]
    return {
        "@id": f"{where.address}#{name}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{told.manifest['report']}-{told.manifest['year']}-{name}",
        "dct:title": _words({key: f"{table['label']} {told.manifest['year']}" for key, table in tables.items()}),
        "dct:description": _words(
            {key: f"{table['source']} {table['extension']['hidden']}" for key, table in tables.items()}
        ),
        **_shared(told, where),
        "dcat:inSeries": _id(f"{where.address}#series"),
        "dcat:distribution": list(_distributions(told, name, where)),
    }


def record(folder: Path, where: Published) -> str:
    """The record of the publication in a folder. Raises BadInput for a folder that is none."""
    told = _read(folder)
    series = {
        "@id": f"{where.address}#series",
        "@type": "dcat:DatasetSeries",
        "dct:title": _words(told.title),
        "dct:description": _words(told.title),
        **_shared(told, where),
    }
    datasets = [_dataset(told, name, where) for name in told.tables]
    catalogue = {
        "@id": f"{where.address}#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _words(told.title),
        "dct:description": _words(told.title),
        "dct:publisher": {
            "@id": where.publisher_address,
            "@type": "foaf:Agent",
            "foaf:name": where.publisher,
            "dct:type": _id("http://purl.org/adms/publishertype/NationalAuthority"),
        },
        "dct:language": [_authority("language", LANGUAGES[key]) for key in told.title],
        "dct:license": _id(CC0),
        "dcat:dataset": [_id(node["@id"]) for node in (series, *datasets)],
    }
    graph = {"@context": PREFIXES, "@graph": [catalogue, series, *datasets]}
    return json.dumps(graph, ensure_ascii=False, indent=1)
