"""The catalogue of measures (insatser) that coordination associations finance: what there is for a person."""
