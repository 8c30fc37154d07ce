"""The topics of the Theory page, one file each."""
