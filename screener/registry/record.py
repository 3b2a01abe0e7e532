"""Reading a registry record: what is understood of it, and a named warning for everything that is not as described.

A field of the wrong type is treated as missing. Nothing in a record makes reading fail, unless it is no record at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from pydantic import ValidationError

from screener.registry.modules import (
    Conditions,
    ContactsLocations,
    Description,
    Design,
    Eligibility,
    Identification,
    Part,
    ProtocolSection,
    Sponsors,
    Status,
)
from screener.registry.problems import BadAnswer, OldShape
from screener.registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = "protocolSection"
_OLD_KEYS: Final = frozenset({"FullStudiesResponse", "FullStudy", "Study", "ProtocolSection", "StudyFieldsResponse"})
_SHOWN: Final = 60

WarningKind = Literal["missing", "absent", "retyped", "unknown field", "unknown value", "unusual text"]


class RecordWarning(NamedTuple):
    """One thing in a record that is not as the registry describes it.

    `path` names the field. The kind `absent` is the ordinary one: the field can be absent by right (no `maximumAge`
    means no upper limit); every other kind deserves a look.
    """

    path: str
    kind: WarningKind
    message: str

    @property
    def ordinary(self) -> bool:
        """Whether the warning only says that an optional field is not there."""
        return self.kind == "absent"

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Record:
    """A registry record as understood; a part the record does not have is empty, so that its fields read as none."""

    protocol: ProtocolSection
    source: Mapping[str, Any] = field(repr=False)
    warnings: tuple[RecordWarning, ...] = ()

    @property
    def identification(self) -> Identification:
        """Ids and titles."""
        return self.protocol.identification_module or Identification()

    @property
    def status(self) -> Status:
        """Where the study stands."""
        return self.protocol.status_module or Status()

    @property
    def sponsors(self) -> Sponsors:
        """Who is responsible."""
        return self.protocol.sponsor_collaborators_module or Sponsors()

    @property
    def description(self) -> Description:
        """What the study is about."""
        return self.protocol.description_module or Description()

    @property
    def conditions(self) -> Conditions:
        """What is studied."""
        return self.protocol.conditions_module or Conditions()

    @property
    def design(self) -> Design:
        """The kind of study."""
        return self.protocol.design_module or Design()

    @property
    def eligibility(self) -> Eligibility:
        """Who can take part."""
        return self.protocol.eligibility_module or Eligibility()

    @property
    def contacts_locations(self) -> ContactsLocations:
        """Whom to ask, and where."""
        return self.protocol.contacts_locations_module or ContactsLocations()

    @property
    def nct_id(self) -> str | None:
        """The id the record gives itself."""
        return self.identification.nct_id

    @property
    def eligibility_text(self) -> str | None:
        """The eligibility text as it stands in the record, with its escapes."""
        return self.eligibility.eligibility_criteria

    @property
    def recruiting(self) -> bool:
        """Whether the study says that it recruits."""
        return self.status.overall_status == "RECRUITING"

    @property
    def withheld(self) -> bool:
        """Whether the sponsor keeps the record back; then it has little but a placeholder title."""
        return self.status.overall_status == "WITHHELD"


def registry_version(record: Record) -> str | None:
    """The date of the last posted update as text, by which people name a version of a record."""
    posted = record.status.last_update_post_date_struct
    return posted.date if posted else None


def parse_record(data: object) -> Record:
    """Read a record of API v2.

    Args:
        data: the parsed JSON of one study.

    Returns:
        The record; its `warnings` name every field that is absent, of another type, or not known.

    Raises:
        OldShape: the record has the shape of the API that was switched off in 2024.
        BadAnswer: the data is not a mapping.
    """
    if not isinstance(data, dict):
        raise BadAnswer("The registry's answer is not a study record.")
    if ROOT not in data and _OLD_KEYS & data.keys():
        raise OldShape(
            "This record has the shape of the registry's former API, which cannot be read.",
            hint="Fetch the record again from an address that ends in /api/v2.",
        )
    section = data.get(ROOT)
    if not isinstance(section, dict):
        kind: WarningKind = "retyped" if ROOT in data else "missing"
        return Record(ProtocolSection(), data, (_warn(ROOT, kind),))
    protocol, retyped = _validated(_copied(section))
    named = {warning.path for warning in retyped}
    others = [warning for warning in dict.fromkeys(_look(protocol, ROOT)) if warning.path not in named]
    return Record(protocol, data, (*retyped, *others))


def _copied(value: Any) -> Any:
    """A copy whose texts can be shown anywhere."""
    if isinstance(value, dict):
        return {printable(key): _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return printable(value) if isinstance(value, str) else value


def _validated(section: dict[str, Any]) -> tuple[ProtocolSection, list[RecordWarning]]:
    """The section without the values that do not fit, and a warning for each of them."""
    warnings: list[RecordWarning] = []
    while True:
        try:
            return ProtocolSection.model_validate(section), warnings
        except ValidationError as error:
            places = {detail["loc"] for detail in error.errors(include_url=False, include_context=False)}
            # The later items of a list go first, so that the places of the earlier ones stay right.
            for place in sorted(places, key=_by_index, reverse=True):
                _remove(section, place)
                warnings.append(_warn(_path(place), "retyped"))


def _by_index(place: tuple[int | str, ...]) -> tuple[tuple[int, str], ...]:
    return tuple((part, "") if isinstance(part, int) else (0, part) for part in place)


def _remove(section: dict[str, Any], place: tuple[int | str, ...]) -> None:
    *way, last = place
    at: Any = section
    for step in way:
        at = at[step]
    del at[last]


def _path(place: tuple[int | str, ...]) -> str:
    return ROOT + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)


def _look(part: Part, path: str) -> Iterator[RecordWarning]:
    """The warnings of a part and of the parts within it."""
    for name, info in type(part).model_fields.items():
        key = info.alias or name
        value = getattr(part, name)
        if value is None:
            yield _warn(f"{path}.{key}", "absent" if key in part.optional else "missing")
        else:
            yield from _look_at_value(part, key, value, path=f"{path}.{key}")
    for key in part.model_extra or {}:
        if key not in part.unread:
            yield _warn(f"{path}.{key}", "unknown field")


def _look_at_value(part: Part, key: str, value: object, *, path: str) -> Iterator[RecordWarning]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Part):
            yield from _look(item, f"{path}[]" if isinstance(value, list) else path)
        elif key in part.known and item not in part.known[key]:
            yield _warn(path, "unknown value", item)
        elif key in part.patterns and not part.patterns[key].fullmatch(str(item)):
            yield _warn(path, "unusual text", item)


def _warn(path: str, kind: WarningKind, value: object = "") -> RecordWarning:
    shown = f'"{str(value)[:_SHOWN]}"'
    message = {
        "missing": f"{path} is missing",
        "absent": f"{path} is not given",
        "retyped": f"{path} is not of the type described and was taken as missing",
        "unknown field": f"{path} is not a field that is known; a field may have been renamed",
        "unknown value": f"{path} has the value {shown}, which is not known",
        "unusual text": f"{path} is {shown}, which is not written as described",
    }[kind]
    return RecordWarning(path, kind, message)
