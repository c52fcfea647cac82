"""Support from outside: asked for by a school, referred, commissioned, used and evaluated."""
