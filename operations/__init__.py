"""One function per thing a person does: the change and its event in the same flush, never a commit."""
