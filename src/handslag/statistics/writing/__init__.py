"""One publication in every form: HTML, PDF, spreadsheets and statistical exchange formats."""
