"""The parts of a registry record that are used, as models that take what comes.

Any module and any field can be missing, unknown values and fields are accepted, and dates stay text. Beside its
fields a model says what is known of them: which can be absent by right, which keys the registry describes but nothing
here reads, which values are known, and which texts are dates. The source is the registry's OpenAPI description, 2.0.3.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

PARTIAL_DATE: Final = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
AGE: Final = re.compile(r"[0-9]+ (Year|Month|Week|Day|Hour|Minute)s?")

SITE_STATUSES: Final = frozenset(
    {
        "ACTIVE_NOT_RECRUITING",
        "COMPLETED",
        "ENROLLING_BY_INVITATION",
        "NOT_YET_RECRUITING",
        "RECRUITING",
        "SUSPENDED",
        "TERMINATED",
        "WITHDRAWN",
        "AVAILABLE",
    }
)
STATUSES: Final = SITE_STATUSES | {
    "NO_LONGER_AVAILABLE",
    "TEMPORARILY_NOT_AVAILABLE",
    "APPROVED_FOR_MARKETING",
    "WITHHELD",
    "UNKNOWN",
}


class Part(BaseModel):
    """Base of every part: tolerant of more, strict about types, silent about values."""

    model_config = ConfigDict(
        extra="allow", strict=True, frozen=True, alias_generator=to_camel, hide_input_in_errors=True
    )

    optional: ClassVar[frozenset[str]] = frozenset()
    """Keys that can be absent by right."""
    unread: ClassVar[frozenset[str]] = frozenset()
    """Keys the registry describes and nothing here reads."""
    known: ClassVar[dict[str, frozenset[str]]] = {}
    """The values known of a key."""
    patterns: ClassVar[dict[str, re.Pattern[str]]] = {}
    """What the text of a key looks like."""


class Organization(Part):
    """Who registered the study."""

    full_name: str | None = None

    unread = frozenset({"class"})


class Identification(Part):
    """Ids and titles."""

    nct_id: str | None = None
    nct_id_aliases: list[str] | None = None
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None
    organization: Organization | None = None

    optional = frozenset({"nctIdAliases", "officialTitle", "acronym"})
    unread = frozenset({"orgStudyIdInfo", "secondaryIdInfos"})


class DateStruct(Part):
    """A date as text (`2025`, `2025-10` or `2025-10-06`), and whether it is actual or estimated."""

    date: str | None = None
    type: str | None = None

    optional = frozenset({"type"})
    patterns: ClassVar[dict[str, re.Pattern[str]]] = {"date": PARTIAL_DATE}


class Status(Part):
    """Where the study stands, and when the record last changed."""

    overall_status: str | None = None
    status_verified_date: str | None = None
    why_stopped: str | None = None
    start_date_struct: DateStruct | None = None
    primary_completion_date_struct: DateStruct | None = None
    completion_date_struct: DateStruct | None = None
    last_update_post_date_struct: DateStruct | None = None

    optional = frozenset({"whyStopped", "startDateStruct", "primaryCompletionDateStruct", "completionDateStruct"})
    unread = frozenset(
        {
            "lastKnownStatus",
            "delayedPosting",
            "expandedAccessInfo",
            "studyFirstSubmitDate",
            "studyFirstSubmitQcDate",
            "studyFirstPostDateStruct",
            "resultsWaived",
            "resultsFirstSubmitDate",
            "resultsFirstSubmitQcDate",
            "resultsFirstPostDateStruct",
            "dispFirstSubmitDate",
            "dispFirstSubmitQcDate",
            "dispFirstPostDateStruct",
            "lastUpdateSubmitDate",
        }
    )
    known: ClassVar[dict[str, frozenset[str]]] = {"overallStatus": STATUSES}
    patterns: ClassVar[dict[str, re.Pattern[str]]] = {"statusVerifiedDate": PARTIAL_DATE}


class Sponsor(Part):
    """A sponsor or collaborator."""

    name: str | None = None

    unread = frozenset({"class"})


class Sponsors(Part):
    """Who is responsible."""

    lead_sponsor: Sponsor | None = None
    collaborators: list[Sponsor] | None = None

    optional = frozenset({"collaborators"})
    unread = frozenset({"responsibleParty"})


class Description(Part):
    """What the study is about."""

    brief_summary: str | None = None
    detailed_description: str | None = None

    optional = frozenset({"detailedDescription"})


class Conditions(Part):
    """What is studied."""

    conditions: list[str] | None = None
    keywords: list[str] | None = None

    optional = frozenset({"keywords"})


class Enrollment(Part):
    """How many take part, and whether that is actual or estimated."""

    count: int | None = None
    type: str | None = None

    optional = frozenset({"type"})


class Design(Part):
    """The kind of study; observational studies have no phases."""

    study_type: str | None = None
    phases: list[str] | None = None
    enrollment_info: Enrollment | None = None

    optional = frozenset({"phases", "enrollmentInfo"})
    unread = frozenset(
        {
            "nPtrsToThisExpAccNctId",
            "expandedAccessTypes",
            "patientRegistry",
            "targetDuration",
            "designInfo",
            "bioSpec",
        }
    )
    known: ClassVar[dict[str, frozenset[str]]] = {
        "studyType": frozenset({"EXPANDED_ACCESS", "INTERVENTIONAL", "OBSERVATIONAL"}),
        "phases": frozenset({"NA", "EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3", "PHASE4"}),
    }


class Eligibility(Part):
    """Who can take part; an absent age limit means no limit."""

    eligibility_criteria: str | None = None
    healthy_volunteers: bool | None = None
    sex: str | None = None
    gender_based: bool | None = None
    gender_description: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None
    std_ages: list[str] | None = None
    study_population: str | None = None

    optional = frozenset(
        {
            "healthyVolunteers",
            "genderBased",
            "genderDescription",
            "minimumAge",
            "maximumAge",
            "stdAges",
            "studyPopulation",
        }
    )
    unread = frozenset({"samplingMethod"})
    known: ClassVar[dict[str, frozenset[str]]] = {
        "sex": frozenset({"FEMALE", "MALE", "ALL"}),
        "stdAges": frozenset({"CHILD", "ADULT", "OLDER_ADULT"}),
    }
    patterns: ClassVar[dict[str, re.Pattern[str]]] = {"minimumAge": AGE, "maximumAge": AGE}


class Contact(Part):
    """Whom to ask."""

    name: str | None = None
    role: str | None = None
    phone: str | None = None
    phone_ext: str | None = None
    email: str | None = None

    optional = frozenset({"name", "role", "phone", "phoneExt", "email"})


class Location(Part):
    """A site, and whether it recruits."""

    facility: str | None = None
    status: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    contacts: list[Contact] | None = None

    optional = frozenset({"facility", "status", "city", "state", "zip", "country", "contacts"})
    unread = frozenset({"countryCode", "geoPoint"})
    known: ClassVar[dict[str, frozenset[str]]] = {"status": SITE_STATUSES}


class ContactsLocations(Part):
    """Whom to ask, and where."""

    central_contacts: list[Contact] | None = None
    locations: list[Location] | None = None

    optional = frozenset({"centralContacts", "locations"})
    unread = frozenset({"overallOfficials"})


class ProtocolSection(Part):
    """The part of a record that the sponsor writes."""

    identification_module: Identification | None = None
    status_module: Status | None = None
    sponsor_collaborators_module: Sponsors | None = None
    description_module: Description | None = None
    conditions_module: Conditions | None = None
    design_module: Design | None = None
    eligibility_module: Eligibility | None = None
    contacts_locations_module: ContactsLocations | None = None

    optional = frozenset({"contactsLocationsModule"})
    unread = frozenset(
        {
            "oversightModule",
            "armsInterventionsModule",
            "outcomesModule",
            "referencesModule",
            "ipdSharingStatementModule",
        }
    )
