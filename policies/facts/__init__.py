"""What rules read off resources: facts of one kind each, and no judgement."""
