"""Some weeks of two companies' telephony, made on demand for the demo, the console's tests and the bench."""
