"""The formats a fact table comes in, each read into rows of text cells, and what all of them share.

`screener.facts.table` is the public entry; nothing else needs to import from here.
"""
