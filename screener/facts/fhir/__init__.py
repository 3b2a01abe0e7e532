"""FHIR R4 and mCODE records as clinical events.

Public: `read_patient` of `screener.facts.fhir.patients` (the resources of one patient to events), and `FhirFiles` of
`screener.facts.fhir.source` (files and folders to patients).
"""
