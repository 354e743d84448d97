"""Safe publication of counts: usable alone by anyone with tables in long form. Imports no Django and no other room."""
