"""No models: the file is here because Django tells only rooms with one about migrations."""
