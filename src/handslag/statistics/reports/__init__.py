"""The yearly reports: their specification, their figures and what is said of them, free of any form."""
