"""What is remembered between runs: the registry's records and every check of them, in SQLite or PostgreSQL.

Public: `state.registry_state` (what screening needs; imports no database until there is one), `registry.RegistryStore`,
`database.open_database`, `lock.run_lock`, `address.store_address`.
"""
