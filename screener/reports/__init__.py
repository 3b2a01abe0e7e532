"""Results for people and programs: ranked lists, JSON, CSV, the HTML report. Nothing here decides anything."""
