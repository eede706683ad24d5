"""The stage model: settings, names, documents and tags. It registers nothing."""
