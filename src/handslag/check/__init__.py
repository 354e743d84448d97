"""The proof: reads the bare tables and tells whether the promises hold. It leans on none of the code that keeps them."""
