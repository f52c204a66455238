"""Values and text: severities, problems, findings, options, phrases. Imports nothing else of this package."""
