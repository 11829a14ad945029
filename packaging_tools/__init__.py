"""Makes what is handed to those who install Safeuse."""
