"""Documents to print: accessible PDF, in Swedish and English."""
