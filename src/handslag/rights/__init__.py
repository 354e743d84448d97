"""What the person may ask, and what the law asks for the person: extract, rectification, protection, retention."""
