"""Some weeks of telephony in two companies, made on demand for the demo, the console's tests and the bench."""
