def language(g): return g
def deny_by_default(g): return g
