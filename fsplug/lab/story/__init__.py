"""Some weeks of two companies' telephony, told anew whenever wanted: for the demo, the console's tests and benches."""
