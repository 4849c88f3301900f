"""The register of official documents: their life from draft to archive, their texts, files and receipts."""
