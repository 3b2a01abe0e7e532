"""The trial registry: asking it, reading its records, and telling what changed between two of them.

The text, the records and the comparison are pure; only the client reaches the network. Public functions stand in
`text` (normalise, split), `record` (parse_record), `hashes`, `client` (Client), `doctor` (examine), `drift` (compare).
"""
