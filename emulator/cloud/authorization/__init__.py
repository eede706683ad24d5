"""Who may do what at the emulated AWS: authentication and authorization of every request."""
