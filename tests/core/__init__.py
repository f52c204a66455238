"""Values and text: severities, phrases, escaping."""
