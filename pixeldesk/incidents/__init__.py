"""When it is our own fault: the detector of incidents, and all that is known of each."""
