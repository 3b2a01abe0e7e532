"""The trial registry: asking it, reading its records, and telling what changed between two of them.

The text, the records and the comparison are pure; only the client reaches the network. The public functions are
`text.normalise` and `text.split`, `record.parse_record`, `hashes.protocol_sha256`, `client.Client`, `doctor.examine`,
`drift.compare` and `words.marked_words`; what can go wrong stands in `problems`.
"""
