"""What can be known about a patient: the vocabulary of facts, values with date, source and state, and their readers.

Public: `FactDefinition`, `Vocabulary`, `read_vocabulary`, `FactValue`, `PatientRecord`, `read_value`, and the readers
of `screener.facts.table`.
"""

from screener.facts.definitions import FactDefinition, Presumption, Vocabulary
from screener.facts.values import FactValue, PatientRecord, Unreadable, read_value

__all__ = ["FactDefinition", "FactValue", "PatientRecord", "Presumption", "Unreadable", "Vocabulary", "read_value"]
