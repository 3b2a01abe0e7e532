"""One module for each kind of event: from the resources of FHIR that tell it to the event."""
