"""Official documents after GB/T 9704-2012: one model, what stands where, and two renderers (.docx and PDF)."""
