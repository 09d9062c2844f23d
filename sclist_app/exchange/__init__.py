"""What comes in from outside and goes out: procedure packages, later spreadsheets and national layouts."""
