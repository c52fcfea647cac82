"""Steps vi and vii: the warning notice of section 60 and the powers of sections 63 to 66."""
