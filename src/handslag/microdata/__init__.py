"""A folder of microdata, as statistics read it, from what the rooms hold."""
