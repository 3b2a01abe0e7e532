"""OMOP CDM 5.4 tables as clinical events, the same ones that FHIR records become.

Public: `open_omop` of `screener.facts.omop.source`, and `holds_omop` of `screener.facts.omop.database`, which tells by
the name of a file and by what stands in a folder whether it is such a source.
"""
