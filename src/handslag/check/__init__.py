"""The proof: reads the bare tables and tells whether the promises hold. Leans on none of the code that keeps them."""
