"""Care of a stage's databases: their schema, and the disposable ones' making anew."""
