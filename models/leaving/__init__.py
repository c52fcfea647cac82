"""On which basis something may leave the council: asked before it is approved."""
