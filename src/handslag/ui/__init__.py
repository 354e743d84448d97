"""What every page is made of: forms, tables, paging, access, documents. Knows no room."""
