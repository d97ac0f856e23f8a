"""A backup of the running system in one folder, and its way back into an empty one. The keys are never part of it."""
