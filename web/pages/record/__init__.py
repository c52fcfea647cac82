"""The record: what happened in words, who looked, and that nothing was changed unseen."""
